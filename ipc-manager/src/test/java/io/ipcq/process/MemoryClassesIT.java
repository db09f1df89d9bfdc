// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs whose classes are in no file. */
class MemoryClassesIT {

    private static final String SOURCE = """
            import io.ipcq.pool.ProcessPool;
            import io.ipcq.process.ChildProcess;
            import io.ipcq.queue.SharedQueue;
            import java.io.Serializable;
            import java.util.ArrayList;
            import java.util.List;

            class Parcels {
                record Parcel(int number, Size size) implements Serializable {}

                enum Size {
                    SMALL,
                    LARGE {
                        @Override
                        String text() {
                            return Words.twice("l");
                        }
                    };

                    String text() {
                        return Words.twice("s");
                    }
                }

                static class Sorter extends ChildProcess {
                    private final SharedQueue<String> out;

                    Sorter(SharedQueue<String> out) {
                        this.out = out;
                    }

                    @Override
                    public void run() throws Exception {
                        out.put(new Object() {
                            @Override
                            public String toString() {
                                return Words.twice("sorter");
                            }
                        }.toString());
                    }
                }

                public static void main(String[] args) throws Exception {
                    try (SharedQueue<String> queue = SharedQueue.create(String.class);
                            ProcessPool pool = ProcessPool.create(2)) {
                        for (ChildProcess child : List.of(
                                new ChildProcess((out, parcel) -> out.put(parcel + parcel.size().text()), queue,
                                        new Parcel(1, Size.LARGE)),
                                ChildProcess.builder(Parcels::send, queue).startMethod(args[0].equals("standby")
                                        ? io.ipcq.process.StartMethod.STANDBY : io.ipcq.process.StartMethod.SPAWN).build(),
                                ChildProcess.builder(Parcels::send, queue).daemon(false).build(),
                                new Sorter(queue))) {
                            child.start();
                            child.join();
                        }
                        System.out.println(queue.get() + queue.get() + queue.get() + queue.get());
                        System.out.println(pool.map(n -> new Parcel(n, Size.SMALL), List.of(1, 2)));
                        try {
                            pool.apply(() -> { throw new Lost(); });
                        } catch (io.ipcq.pool.RemoteTaskException e) {
                            System.out.println(e.getCause().getClass().getName());
                        }
                    }
                }

                static class Lost extends Exception {}

                private static void send(SharedQueue<String> out) throws Exception {
                    out.put(Words.twice("sent"));
                }
            }

            class Words {
                static String twice(String text) {
                    return text + text;
                }
            }
            """;

    @TempDir
    Path directory;

    private static List<String> classPath() {
        return List.of("-Dipcq.archive=off", "-cp", System.getProperty("java.class.path"));
    }

    @Test
    void shouldRunChildrenAndPoolOfSourceFile() throws Exception {
        Path source = Files.writeString(directory.resolve("Parcels.java"), SOURCE);
        for (String method : List.of("spawn", "standby")) {
            try (Program program = Program.start(directory, classPath(), source.toString(), method)) {
                assertThat(program.exitCode()).as(program.output()).isZero();
                assertThat(program.output()).isEqualTo("""
                                Parcel[number=1, size=LARGE]llsentsentsentsentsortersorter
                                [Parcel[number=1, size=SMALL], Parcel[number=2, size=SMALL]]
                                Parcels$Lost
                                """);
            }
        }
    }

    /** In a JVM that the shell starts, or in its own, as kernels of notebooks do. */
    @ParameterizedTest
    @ValueSource(strings = {"jdi", "local"})
    void shouldRunChildOfShell(String execution) throws Exception {
        Path script = Files.writeString(directory.resolve("letters.jsh"), """
                import io.ipcq.process.ChildProcess
                import io.ipcq.queue.SharedQueue
                record Letter(String text) implements java.io.Serializable {}
                var queue = SharedQueue.create(String.class)
                var child = new ChildProcess((out, a) -> out.put("got " + a), queue, new Letter("A"))
                child.start()
                child.join()
                System.out.println(queue.get())
                /exit
                """);
        List<String> options = List.of(
                "-Djava.util.prefs.userRoot=" + directory,
                "-Djava.io.tmpdir=" + directory,
                "-Dipcq.archive=off",
                "-cp",
                System.getProperty("java.class.path"),
                "-m");
        try (Program program = Program.start(
                directory,
                options,
                "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider",
                "-R-Djava.io.tmpdir=" + directory,
                "-R-Dipcq.archive=off",
                "--execution",
                execution,
                "--class-path",
                System.getProperty("java.class.path"),
                script.toString())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).contains("got Letter[text=A]");
        }
    }

    @Test
    void shouldRefuseClassWhoseBytesNobodyGives() throws Exception {
        Path source = Files.writeString(directory.resolve("Blind.java"), """
                import io.ipcq.process.*;

                class Blind extends ClassLoader {
                    public static class Task implements SerializableRunnable {
                        @Override
                        public void run() {}
                    }

                    public static void main(String[] args) throws Exception {
                        byte[] bytes = Blind.class.getClassLoader().getResourceAsStream("Blind$Task.class").readAllBytes();
                        Class<?> task = new Blind().defineClass("Blind$Task", bytes, 0, bytes.length);
                        try {
                            new ChildProcess((SerializableRunnable) task.getConstructor().newInstance()).start();
                        } catch (io.ipcq.IpcException e) {
                            System.out.println(e.getMessage());
                        }
                    }
                }
                """);
        try (Program program = Program.start(directory, classPath(), source.toString())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output())
                    .contains("exists in memory only", "class=Blind$Task", "loader=Blind", "classPath(");
        }
    }
}
