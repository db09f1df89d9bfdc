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

    /** What is held, as a set asks for it, at the moment when the JVM begins to end. */
    static final class LateProgram {

        private static final String HOOK = "released-at-exit";

        private static final AtExit<Object> HELD = new AtExit<>(HOOK, LateProgram::release);

        private static void release(Object thing) {
            System.out.println("late: " + HELD.add("too late"));
            System.out.println("released " + thing);
        }

        public static void main(String[] args) {
            Object thing = new Object() {

                private final Thread exit = new Thread(() -> System.exit(0));

                @Override
                public int hashCode() {
                    if (exit.getState() == Thread.State.NEW) {
                        exit.start();
                        while (!isWaitingForHooks() || isHookAtWork()) {
                            Thread.onSpinWait();
                        }
                    }
                    return 0;
                }

                private boolean isWaitingForHooks() {
                    return exit.getState() == Thread.State.WAITING;
                }

                @Override
                public String toString() {
                    return "thing";
                }
            };
            System.out.println("added " + HELD.add(thing));
        }

        /** Neither at its end, nor waiting for what this thread does. */
        private static boolean isHookAtWork() {
            return Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals(HOOK) && thread.getState() != Thread.State.BLOCKED);
        }
    }

    @Test
    void shouldReleaseWhatIsAddedWhenTheEndBegins() {
        try (TestJvm jvm = TestJvm.start(LateProgram.class)) {
            assertThat(jvm.awaitLine("released")).isEqualTo("released thing");
            jvm.awaitSuccess();
            assertThat(jvm.output()).contains("late: false");
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
