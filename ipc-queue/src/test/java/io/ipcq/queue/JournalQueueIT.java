// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
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
    void shouldAlterAndReopenForOtherProcesses() throws Exception {
        useQueueOf(1);
        DurableQueue<String> durable = (DurableQueue<String>) queue;
        TestJvm writer = child("put", "w", "3");
        begin(writer);
        await().until(queue::full);
        durable.alter(options -> options.withMaxSize(3));
        writer.awaitSuccess();
        assertThat(queue).containsExactly("w:0", "w:1", "w:2");
        queue.shutdown();
        TestJvm one = child("alter", "20");
        TestJvm other = child("alter", "20");
        begin(one);
        begin(other);
        one.awaitSuccess();
        other.awaitSuccess();
        assertThat(durable.options().maxAttempts()).isEqualTo(45);
        assertThat(queue.isShutdown()).isFalse();
        assertThat(queue.getNow()).isEqualTo("w:0");
        assertThat(queue.offer("a")).isTrue();
        assertThat(queue.offer("b")).isFalse();
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
