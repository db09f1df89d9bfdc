// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import org.junit.jupiter.api.Test;

class AtExitTest {

    /**
     * What happens at the end of a JVM. Prints what is released; its argument says whether a hook is the first to add
     * something.
     */
    static final class Program {

        private static final AtExit<String> HELD =
                new AtExit<>("released-at-exit", thing -> System.out.println("released " + thing));

        public static void main(String[] args) {
            if (Boolean.parseBoolean(args[0])) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    HELD.add("too late");
                    HELD.remove("too late");
                    System.out.println("ended");
                }));
                return;
            }
            HELD.add("first");
            HELD.remove("first");
            System.out.println("held " + HELD.held());
            HELD.add("second");
            HELD.add("third");
            HELD.remove("third");
            System.out.println("held " + HELD.held());
        }
    }

    @Test
    void shouldReleaseWhatIsHeldAtEnd() {
        try (TestJvm jvm = TestJvm.start(Program.class, "false")) {
            assertThat(jvm.awaitLine("held")).isEqualTo("held []");
            assertThat(jvm.awaitLine("held")).isEqualTo("held [second]");
            assertThat(jvm.awaitLine("released")).isEqualTo("released second");
            jvm.awaitSuccess();
            assertThat(jvm.output()).doesNotContain("third");
        }
    }

    @Test
    void shouldDoNothingWhereTheEndHasBegun() {
        try (TestJvm jvm = TestJvm.start(Program.class, "true")) {
            jvm.awaitLine("ended");
            jvm.awaitSuccess();
        }
    }
}
