// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A JVM that was made without the module {@code jdk.jfr}, as jlink makes them, does everything else. */
class WithoutRecorderIT {

    private static final Duration SHORT = Duration.ofMillis(30);

    /** Comes wherever there would be an event. */
    static final class User {
        public static void main(String[] args) throws Exception {
            assertThat(ModuleLayer.boot().findModule("jdk.jfr")).isEmpty();
            try (SharedQueue<String> ring =
                            SharedQueue.builder(String.class).maxSize(1).create();
                    DurableQueue<String> journal =
                            DurableQueue.builder(String.class).maxSize(1).create()) {
                for (SharedQueue<String> queue : List.of(ring, journal)) {
                    assertThat(queue.get(SHORT)).isNull();
                    queue.put("first");
                    assertThat(queue.put("second", SHORT)).isFalse();
                }
                journal.receive().nack(Duration.ZERO);
                journal.receive().ack();
                System.out.println("does everything");
            }
        }
    }

    @Test
    void shouldNotNeedFlightRecorder() {
        try (TestJvm user = TestJvm.start(List.of("--limit-modules=java.se,jdk.unsupported"), User.class)) {
            assertThat(user.awaitLine("does")).isEqualTo("does everything");
            user.awaitSuccess();
        }
    }
}
