// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.codec.Codec;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class ResultSenderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A timer of the task, or an executor that is shut down, may interrupt whenever it likes. */
    @ParameterizedTest
    @ValueSource(ints = {100, MessageKind.MAX_BYTES, MessageKind.MAX_BYTES + 1, 1 << 20, 5 << 20})
    void shouldPutWholeMessagesThoughInterrupted(int length) throws Exception {
        byte[] message = new byte[length];
        message[0] = MessageKind.RESULT;
        message[length - 1] = 7;
        try (SharedQueue<byte[]> ring =
                SharedQueue.builder(Codec.bytes()).capacityBytes(1 << 18).create()) {
            ResultSender sender = new ResultSender(ring);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread worker = new Thread(() -> {
                try {
                    Thread.currentThread().interrupt();
                    sender.put(message);
                    sender.put(message);
                    interrupted.complete(Thread.interrupted());
                } catch (Throwable failed) {
                    interrupted.completeExceptionally(failed);
                }
            });
            worker.start();
            Chunks chunks = new Chunks();
            for (int whole = 0; whole < 2; ) {
                worker.interrupt();
                byte[] element = ring.get(PATIENCE);
                assertThat(element).isNotNull();
                byte[] got = chunks.add(element);
                if (got != null) {
                    assertThat(got).isEqualTo(message);
                    whole++;
                }
            }
            assertThat(interrupted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            worker.join();
        }
    }
}
