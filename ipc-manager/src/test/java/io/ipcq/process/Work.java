// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** What the children of the tests do. They answer with a file, which appears whole or not at all. */
final class Work {

    record Point(int x, int y) implements java.io.Serializable {}

    private static volatile int sink;

    private Work() {}

    static void answer(String file, Object text) throws IOException {
        Path whole = Path.of(file);
        Path part = Path.of(file + ".part");
        Files.writeString(part, String.valueOf(text));
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
    }

    static void answerList(String file, List<Point> points) throws IOException {
        answer(file, points);
    }

    static void answerJavaVersion(String file) throws IOException {
        answer(file, Runtime.version().feature());
    }

    static void answerThree(String file, Point point, Map<String, Integer> map) throws IOException {
        answer(file, point + " " + map);
    }

    static void answerChecksum(String file, byte[] bytes) throws IOException {
        answer(file, checksum(bytes));
    }

    static long checksum(byte[] bytes) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return checksum.getValue();
    }

    static void fail(String message) {
        throw new IllegalStateException(message);
    }

    /** With something that is no value. */
    static void failStrangely(boolean large) {
        throw new StrangeException(large ? new byte[2 << 20] : new Thread());
    }

    private static final class StrangeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // travels, or not
        private final Object what;

        StrangeException(Object what) {
            this.what = what;
        }
    }

    static void sleep() throws InterruptedException {
        Thread.sleep(Long.MAX_VALUE);
    }

    static void noteInterrupt(String file) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                answer(file, "hook ran");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }));
        answer(file, "waits");
        sleep();
    }

    static void exit(int code) {
        System.exit(code);
    }

    static void nothing() {}

    /** A loop that allocates nothing and that a compiler makes one of the longest without a safepoint. */
    static void spin() {
        while (true) {
            int sum = 0;
            for (int i = 0; i < Integer.MAX_VALUE; i++) {
                sum += i * 31 ^ sum;
            }
            sink = sum;
        }
    }

    static void whoAmI(String file) throws IOException {
        CurrentProcess me = ChildProcess.current();
        ParentProcess parent = ChildProcess.parent().orElseThrow();
        ChildProcess next = new ChildProcess(Work::nothing);
        answer(
                file,
                String.join(
                        " ",
                        me.name(),
                        "" + me.daemon(),
                        "" + (me.pid() == ProcessHandle.current().pid()),
                        parent.name(),
                        "" + parent.pid(),
                        "" + parent.isAlive(),
                        next.name()));
    }

    static void surroundings(String file) throws IOException {
        answer(
                file,
                System.getenv("IPCQ_TEST") + " " + Path.of("").toRealPath() + " " + System.getProperty("ipcq.test")
                        + " " + Runtime.getRuntime().maxMemory() + " " + System.in.read());
    }

    static void leaveThread(String file) {
        new Thread(() -> {
                    try {
                        Thread.sleep(300);
                        answer(file, "thread");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .start();
    }

    static void failBesideThread() {
        new Thread(() -> {
                    try {
                        sleep();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .start();
        fail("beside a thread");
    }

    static void haveChild(String file) throws Exception {
        ChildProcess child = new ChildProcess(Work::sleep);
        child.start();
        answer(file, child.pid());
        sleep();
    }

    record Order(int number, List<String> items) {}

    static void note(Order order, String answer) throws IOException {
        answer(answer, order.toString());
    }

    static void logged() {
        System.out.println("first line");
        System.err.println("trouble");
        System.out.print("no end of line");
        System.out.flush();
    }

    /** Logs by two libraries, from threads that others disturb, and more than fits into the parent's ring at once. */
    static void logRecords() throws Exception {
        org.slf4j.MDC.put("request", "7");
        org.slf4j.LoggerFactory.getLogger("work")
                .warn("by {}", "slf4j", new IllegalStateException("thrown there", new IOException("its cause")));
        org.slf4j.LoggerFactory.getLogger("work").debug("not wanted");
        org.slf4j.MDC.clear();
        Thread.currentThread().interrupt();
        java.util.logging.Logger.getLogger("work").warning("by jul, interrupted");
        System.out.println("still interrupted " + Thread.interrupted());
        org.slf4j.LoggerFactory.getLogger("work").info("x".repeat(1_000_000));
        for (int i = 0; i < 10_000; i++) {
            org.slf4j.LoggerFactory.getLogger("work").info("record {}", i);
        }
    }

    static void noise() {
        System.out.println("x".repeat(100_000));
        System.out.print("no end of line");
    }

    static void holdFileLock(String lock, String answer) throws Exception {
        try (var file = new java.io.RandomAccessFile(lock, "rw");
                var held = file.getChannel().lock()) {
            answer(answer, held.isValid());
            Thread.sleep(500);
        }
    }
}
