// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JournalQueueIT extends SharedQueueProcessContract {

    @Override
    DurableQueue<String> create(Codec<String> codec, long maxSize) throws IOException {
        return DurableQueue.builder(codec).maxSize(maxSize).create();
    }

    @Override
    Path place(SharedQueue<?> queue) {
        return ((DurableQueue<?>) queue).directory();
    }

    @Test
    void shouldLeaveLeaseToProcessThatHasCopiedTheFiles() throws Exception {
        queue.put("a");
        TestJvm other = child("lease", directory.resolve("copy").toString());
        begin(other);
        other.awaitLine("copied");
        DurableQueue<String> durable = (DurableQueue<String>) queue;
        assertThat(durable.receive(Duration.ofMillis(300))).isNull();
        other.send("");
        assertThat(other.awaitLine("ack")).isEqualTo("ack true");
    }
}
