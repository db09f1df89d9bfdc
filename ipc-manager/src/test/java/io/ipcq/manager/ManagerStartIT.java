// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.CannotTravelException;
import io.ipcq.process.ChildProcess;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens in the process of a manager before it serves. */
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class ManagerStartIT {

    /** What was prepared in the process that serves it. */
    public interface Model {
        String name();

        long pid();
    }

    static final class Loaded implements Model {
        private static volatile String loaded = "none";

        static void load(String name) {
            loaded = name;
        }

        @Override
        public String name() {
            return loaded;
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }
    }

    @Test
    void shouldInitializeBeforeItServes() throws Exception {
        try (Manager manager = Manager.builder()
                .register(Model.class, Loaded::new)
                .initializer(Loaded::load, "large")
                .start()) {
            Model model = manager.get("model", Model.class);
            assertThat(model.name()).isEqualTo("large");
            assertThat(model.pid()).isEqualTo(manager.ping().orElseThrow());
            assertThat(Loaded.loaded).isEqualTo("none");
        }
    }

    static final class NoModel extends Exception {
        private static final long serialVersionUID = 1L;

        NoModel(String name) {
            super(name);
        }
    }

    /** How an initializer fails, and what its caller is told. */
    enum Failing {
        CHECKED(NoModel.class, "large") {
            @Override
            void run() throws Exception {
                throw new NoModel("large");
            }
        },
        ERROR(StackOverflowError.class, null) {
            @Override
            void run() {
                deeper(0);
            }

            private int deeper(int depth) {
                return deeper(depth + 1) + 1;
            }
        },
        EXIT(null, null) {
            @Override
            void run() {
                System.exit(3);
            }
        };

        private final Class<?> cause;
        private final String message;

        Failing(Class<?> cause, String message) {
            this.cause = cause;
            this.message = message;
        }

        abstract void run() throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailToStartWithWhatTheInitializerThrew(Failing failing) {
        assertThatThrownBy(() ->
                        Manager.builder().initializer(Failing::run, failing).start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the manager did not start")
                .satisfies(e -> {
                    if (failing.cause == null) {
                        assertThat(e).hasNoCause();
                    } else {
                        assertThat(e.getCause()).isExactlyInstanceOf(failing.cause);
                    }
                    if (failing.message != null) {
                        assertThat(e.getCause()).hasMessageContaining(failing.message);
                    }
                });
        assertThat(ChildProcess.activeChildren()).isEmpty();
    }

    @Test
    void shouldRefuseInitializerThatCannotTravel() {
        Thread thread = new Thread();
        assertThatThrownBy(() ->
                        Manager.builder().initializer(Thread::join, thread).start())
                .isInstanceOf(CannotTravelException.class);
        assertThat(ChildProcess.activeChildren()).isEmpty();
    }

    /** Who no longer wants to wait for an initializer that does not end interrupts it, and its process ends. */
    @Test
    void shouldEndWhenWhoStartsItIsInterrupted() throws Exception {
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread starting = new Thread(() -> {
            try (Manager manager = Manager.builder()
                    .initializer(() -> Thread.sleep(Long.MAX_VALUE))
                    .start()) {
                outcome.complete(new AssertionError(manager));
            } catch (Throwable e) {
                outcome.complete(e);
            }
        });
        starting.start();
        while (ChildProcess.activeChildren().isEmpty()) {
            Thread.onSpinWait();
        }
        starting.interrupt();
        assertThat(outcome.get(120, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        starting.join();
        assertThat(ChildProcess.activeChildren()).isEmpty();
    }
}
