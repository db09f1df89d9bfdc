// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Programs that the tests kill. */
final class Family {

    private Family() {}

    /**
     * Starts children one after another for as long as it lives: a third sleep, a third spin, a third have children.
     */
    static final class Root {
        public static void main(String[] arguments) throws Exception {
            Random random = new Random(Long.parseLong(arguments[0]));
            int children = Integer.parseInt(arguments[1]);
            for (int i = 0; i < children; i++) {
                List<SerializableRunnable> kinds = List.of(Work::sleep, Family::haveChild, Work::spin);
                new ChildProcess(kinds.get(random.nextInt(kinds.size()))).start();
            }
            System.out.println("all started");
            Work.sleep();
        }
    }

    /** Four generations, each with one child. */
    static final class Chain {
        public static void main(String[] arguments) throws Exception {
            generation(4);
        }
    }

    static final class Orderly {
        public static void main(String[] arguments) throws Exception {
            new ChildProcess(Work::sleep).start();
            new ChildProcess(Work::sleep).start();
            new ChildProcess(Family::haveChild).start();
            System.out.println("ends");
        }
    }

    /** Dies at once, and leaves a child that is no daemon to read its task and to work without a parent. */
    static final class Detaching {
        public static void main(String[] arguments) throws Exception {
            ChildProcess.builder(Family::outlive, arguments[0])
                    .daemon(false)
                    .output(Output.DISCARD)
                    .start();
            if (arguments[1].equals("halt")) {
                Runtime.getRuntime().halt(0);
            }
        }
    }

    /** A tight loop under a collector that puts no safepoints into one. */
    static final class Spinning {
        public static void main(String[] arguments) throws Exception {
            for (String collector : List.of("-XX:+UseSerialGC", "-XX:+UseParallelGC")) {
                ChildProcess.builder(Work::spin).jvmOptions(collector).start();
            }
            Thread.sleep(3_000);
            System.out.println("compiled");
            Work.sleep();
        }
    }

    static final class OneShot {
        public static void main(String[] arguments) throws Exception {
            new ChildProcess(Work::nothing).start();
        }
    }

    static final class CommandLine {
        public static void main(String[] arguments) throws Exception {
            Task task = new ChildProcess(Work::answerList, "secret-of-the-test", List.of()).task();
            Launch launch = Launch.of(task, ChildProcess.builder().options());
            Path file = TaskFile.write(task);
            System.out.println(String.join("\n", JvmLauncher.command(launch, launch.environmentOptions(), file)));
            System.out.println("arguments file:");
            System.out.println(Files.readString(TaskPaths.argumentsOf(file)));
        }
    }

    static final class OneChild {
        public static void main(String[] arguments) throws Exception {
            ChildProcess child = new ChildProcess(() -> System.out.println("ran"));
            child.start();
            child.join();
            System.out.println(child.exitDescription());
        }
    }

    static final class Logging {
        public static void main(String[] arguments) throws Exception {
            ChildProcess child = ChildProcess.builder(Work::logged)
                    .name("logged")
                    .output(Output.SLF4J)
                    .start();
            child.join();
        }
    }

    /** Has a child whose records it logs, in a JVM that waited or in another. */
    static final class LoggingRecords {
        public static void main(String[] arguments) throws Exception {
            ChildProcessBuilder builder = ChildProcess.builder(Work::logRecords)
                    .name("logged")
                    .output(Output.PREFIXED)
                    .logLevel(System.Logger.Level.INFO);
            if (arguments[0].equals("STANDBY")) {
                builder.startMethod(StartMethod.STANDBY).prepare();
            }
            ChildProcess child = builder.start();
            child.join();
            System.out.println(child.exitDescription());
        }
    }

    /** Has JVMs that wait, then sleeps or ends. */
    static final class Waiting {
        public static void main(String[] arguments) throws Exception {
            ChildProcess.builder(Work::nothing)
                    .startMethod(StartMethod.STANDBY)
                    .reserve(3, Duration.ofHours(1))
                    .prepare();
            System.out.println("they wait");
            if (arguments[0].equals("sleep")) {
                Work.sleep();
            }
        }
    }

    /** Hands over one task after another. */
    static final class Handing {
        public static void main(String[] arguments) throws Exception {
            while (true) {
                ChildProcess.builder(Work::sleep)
                        .startMethod(StartMethod.STANDBY)
                        .reserve(2, Duration.ofHours(1))
                        .prepare()
                        .start();
                System.out.println("handed over");
            }
        }
    }

    /** Makes the archive, or does not because another process is at it, and has a child that runs. */
    static final class Archiving {
        public static void main(String[] arguments) throws Exception {
            ClassArchive archive = ClassArchive.current();
            System.out.println(
                    "made: " + (archive != null && ArchiveMaker.make(archive, JvmLauncher::launchRehearsal)));
            ChildProcess child = ChildProcess.builder(Work::nothing)
                    .jvmOptions("-Xlog:class+load:file=" + arguments[0])
                    .start();
            child.join();
            System.out.println(child.exitDescription());
        }
    }

    static void haveChild() throws Exception {
        new ChildProcess(Work::sleep).start();
        Work.sleep();
    }

    static void generation(int left) throws Exception {
        if (left > 0) {
            new ChildProcess(Family::generation, left - 1).start();
        } else {
            System.out.println("last generation");
        }
        Work.sleep();
    }

    static void outlive(String file) throws Exception {
        ParentProcess parent = ChildProcess.parent().orElseThrow();
        while (parent.isAlive()) {
            Thread.sleep(20);
        }
        Work.answer(file, ChildProcess.current().daemon() + " outlived " + parent.name());
    }
}
