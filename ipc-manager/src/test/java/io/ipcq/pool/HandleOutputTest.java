// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import org.junit.jupiter.api.Test;

class HandleOutputTest {

    private final Handles handles = new Handles();

    private Serializable copy(Serializable object) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (HandleOutput out = new HandleOutput(bytes)) {
            out.writeObject(object);
        }
        return handles.read(new ByteArrayInputStream(bytes.toByteArray()), bytes.size(), Serializable.class);
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldAttachToQueueOnce() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                SharedQueue<String> first = (SharedQueue<String>) copy(queue)) {
            assertThat(copy(queue)).isSameAs(first);
            queue.put("a");
            assertThat(first.get()).isEqualTo("a");
        }
    }

    @Test
    void shouldCopyWhatIsNoQueue() throws Exception {
        QueueShutdownException thrown = new QueueShutdownException("it is over");
        Serializable first = copy(thrown);
        assertThat(first).isInstanceOf(QueueShutdownException.class).isNotSameAs(thrown);
        assertThat(copy(thrown)).isNotSameAs(first);
    }
}
