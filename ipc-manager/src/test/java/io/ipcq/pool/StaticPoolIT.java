// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.process.ChildProcess;
import io.ipcq.process.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class whose initializer starts processes that load the class: without end, were it not refused. */
class StaticPoolIT {

    @TempDir
    Path directory;

    static final class InField {
        private static final ProcessPool POOL = ProcessPool.create(2);

        public static void main(String[] arguments) throws Exception {
            try {
                POOL.map(InField::same, List.of(1, 2, 3));
            } catch (RemoteTaskException refused) {
                System.out.println(refused.remoteStack());
            }
            POOL.close();
        }

        private static int same(int number) {
            return number;
        }
    }

    static final class Children {
        static {
            try {
                new ChildProcess(Children::nothing).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public static void main(String[] arguments) throws Exception {
            for (ChildProcess child : ChildProcess.activeChildren()) {
                child.join();
                System.out.println(child.exitDescription());
            }
        }

        private static void nothing() {}
    }

    /** A process that nobody started with this library may do as it likes. */
    static final class InMainOnly {
        private static final int ANSWER;

        static {
            try (ProcessPool pool = ProcessPool.create(1)) {
                ANSWER = Elsewhere.square(pool, 6);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        public static void main(String[] arguments) {
            System.out.println("answer " + ANSWER);
        }
    }

    /** The function is of this class, and no worker loads the other. */
    static final class Elsewhere {
        static int square(ProcessPool pool, int number) throws InterruptedException {
            return pool.apply(Chores::square, number);
        }
    }

    @Test
    void shouldRefusePoolInStaticInitializerOfWorker() throws Exception {
        try (Program program = Program.start(directory, InField.class)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output())
                    .contains("a static initializer starts a process", "class=" + InField.class.getName());
        }
    }

    @Test
    void shouldRefuseChildInStaticInitializerOfChild() throws Exception {
        try (Program program = Program.start(directory, Children.class)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output())
                    .contains("a static initializer starts a process", "class=" + Children.class.getName());
        }
    }

    @Test
    void shouldStartPoolInStaticInitializerOfProgram() throws Exception {
        try (Program program = Program.start(directory, InMainOnly.class)) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("answer 36");
        }
    }
}
