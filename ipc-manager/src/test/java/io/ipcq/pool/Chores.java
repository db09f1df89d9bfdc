// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import io.ipcq.test.FaultKind;
import io.ipcq.test.FaultPoints;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** What the workers of the tests do. */
final class Chores {

    /** Of this JVM alone: process numbers come again, after some thousand JVMs with their threads. */
    private static final UUID INCARNATION = UUID.randomUUID();

    record Point(int x, int y) implements Serializable {}

    /** Not serializable. */
    static final class Opaque {}

    record Order(int number, java.util.List<Item> items) {}

    record Item(String name) {}

    static Order more(Order order) {
        return new Order(order.number() + 1, order.items());
    }

    static void failWith(Order order) {
        throw new OrderFailure(order);
    }

    static final class OrderFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // a codec takes it
        final Order order;

        OrderFailure(Order order) {
            super("failed");
            this.order = order;
        }
    }

    static final class Carrier implements Serializable {
        final Opaque opaque = new Opaque();
    }

    /** Cannot be read where it was not made. */
    static final class Homebound implements Serializable {

        private final long pid = pid();

        private void readObject(java.io.ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (pid != pid()) {
                throw new ClassNotFoundException("a class of the worker");
            }
        }
    }

    static final class OddFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused")
        final transient int ignored = 1;

        final Object part;

        OddFailure(String message, Object part) {
            super(message);
            this.part = part;
        }
    }

    static final class Counter implements Serializable {
        int calls;

        int next() {
            return ++calls;
        }
    }

    /** Says how often its bytes were read in this process. */
    static final class Noted implements io.ipcq.process.SerializableFunction<Integer, Integer> {

        static int reads;

        @Override
        public Integer apply(Integer ignored) {
            return reads;
        }

        private void readObject(java.io.ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            reads++;
        }
    }

    private static volatile int sink;
    private static volatile String prepared = "nothing";

    private Chores() {}

    static int square(int number) {
        return number * number;
    }

    static int add(int a, int b) {
        return a + b;
    }

    static String three(String a, int b, Point c) {
        return a + b + c;
    }

    static <T> T same(T any) {
        return any;
    }

    static UUID incarnation() {
        return INCARNATION;
    }

    static long pid() {
        return ProcessHandle.current().pid();
    }

    static long pidAfter(long millis) throws InterruptedException {
        Thread.sleep(millis);
        return pid();
    }

    static String workerName() {
        return ChildProcess.current().name();
    }

    static void nothing() {}

    static int fail(String message) {
        throw new IllegalStateException(message, new IOException("the reason"));
    }

    static int oddsOnly(int number) {
        if (number % 2 == 0) {
            throw new IllegalArgumentException(number + " is even");
        }
        return number;
    }

    static void failOddly(String message) {
        throw new OddFailure(message, new Opaque());
    }

    static void failUnreadably() {
        throw new OddFailure("unreadable", new Homebound());
    }

    static Object opaque() {
        return new Opaque();
    }

    static Object carrier() {
        return new Carrier();
    }

    static Object homebound() {
        return new Homebound();
    }

    static int exit(int code) {
        System.exit(code);
        return code;
    }

    static int halt(int code) {
        Runtime.getRuntime().halt(code);
        return code;
    }

    /** Leaves a process that holds this one's output open, and says which. */
    static int leaveProcessAndHalt() throws IOException {
        System.err.println(leaveProcess());
        return halt(5);
    }

    static long leaveProcess() throws IOException {
        return new ProcessBuilder("sleep", "600").inheritIO().start().pid();
    }

    /** As the kernel does when memory runs out. */
    static int die() {
        kill("-KILL", pid());
        return sleep();
    }

    /** Ends its worker while it is read there, or while it is written there, as was asked. */
    static final class Bomb implements Serializable {

        private final long madeBy = pid();
        private final boolean whenRead;

        Bomb(boolean whenRead) {
            this.whenRead = whenRead;
        }

        private void writeObject(java.io.ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            if (!whenRead) {
                die();
            }
        }

        private void readObject(java.io.ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (madeBy != pid()) {
                die();
            }
        }
    }

    static Object bomb() {
        return new Bomb(false);
    }

    /**
     * Ends its worker while that sends the result, which has many pieces. The worker needs the agent that knows the
     * points of {@link FaultPoints}.
     */
    static byte[] dieWhileSending(int size) {
        AtomicInteger pieces = new AtomicInteger();
        FaultPoints.armAt(
                any -> true,
                site -> {
                    if (site.equals("Chunks.piece at its entry") && pieces.incrementAndGet() == 20) {
                        halt(9);
                    }
                    return false;
                },
                0,
                FaultKind.INTERNAL);
        return new byte[size];
    }

    /** Reads where no memory is, as faulty native code does. */
    static int crashJvm() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        java.lang.reflect.Field field = type.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        return (int) type.getMethod("getInt", long.class).invoke(field.get(null), 8L);
    }

    static int dieSaying(String words) {
        System.err.println(words);
        System.err.flush();
        return halt(3);
    }

    static void kill(String signal, long pid) {
        try {
            new ProcessBuilder("kill", signal, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static int sleep() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        return 0;
    }

    static void logAndSleep() {
        logBySlf4j("of a child");
        sleep();
    }

    static int sleepFor(int millis) throws InterruptedException {
        Thread.sleep(millis);
        return millis;
    }

    static int spin() {
        while (true) {
            sink++;
        }
    }

    static int exhaustMemory() {
        List<byte[]> hoard = new ArrayList<>();
        while (true) {
            hoard.add(new byte[1 << 20]);
        }
    }

    static int exhaustStack(int depth) {
        return exhaustStack(depth + 1) + 1;
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        bytes[0] = 1;
        bytes[size - 1] = 2;
        return bytes;
    }

    static int lengthOf(byte[] bytes) {
        return bytes.length;
    }

    static void makeNoise(int lines) {
        for (int i = 0; i < lines; i++) {
            System.out.println("noise " + i);
        }
        System.out.print("no end of line");
        System.out.flush();
    }

    /** Writes to the descriptor itself, as native code does. */
    static void makeNativeNoise() throws IOException {
        Files.writeString(Path.of("/proc/self/fd/1"), "native noise\n", java.nio.file.StandardOpenOption.WRITE);
    }

    static void prepare(String with) {
        prepared = with;
    }

    static void awaitFile(String file) throws InterruptedException {
        while (!Files.exists(Path.of(file))) {
            Thread.sleep(2);
        }
    }

    static String prepared() {
        return prepared;
    }

    static void neverReady() {
        throw new IllegalArgumentException("this worker is not meant to be");
    }

    static void putInto(SharedQueue<String> queue, String element) throws InterruptedException {
        queue.put(element);
    }

    /** Says that it has begun, and then never ends. */
    static int beginAndSleep(SharedQueue<String> begun) throws InterruptedException {
        begun.put("begun");
        return sleep();
    }

    static String takeFrom(SharedQueue<String> queue) throws InterruptedException {
        return queue.get();
    }

    private static Object kept;

    static int identityOf(SharedQueue<String> queue) {
        kept = queue;
        return System.identityHashCode(queue);
    }

    /** Keeps what it was passed beyond the task. */
    static void keep(Object passed) {
        kept = passed;
    }

    static Object kept() {
        return kept;
    }

    /** Appends a line, whole, to a file: what a task did, for whoever counts. */
    static int note(String file, int number) throws IOException {
        Files.writeString(
                Path.of(file),
                number + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
        return number;
    }

    /** Short tasks, which workers are handed in advance, between some that are killed more easily. */
    static int noteAndLinger(String file, int number) throws Exception {
        note(file, number);
        if (number % 4 == 0) {
            Thread.sleep(1);
        }
        return number;
    }

    /** Dies the first so many times, which it counts in a file. */
    static String dieAtFirst(String file, int times) throws IOException {
        Path path = Path.of(file);
        int before = Files.exists(path) ? Files.readAllLines(path).size() : 0;
        note(file, before);
        if (before < times) {
            halt(9);
        }
        return "alive after " + before;
    }

    static int usePoolWithin(int number) throws InterruptedException {
        try (ProcessPool pool = ProcessPool.create(1)) {
            return pool.apply(Chores::square, number);
        }
    }

    static void logByJul(String text) {
        java.util.logging.Logger.getLogger("chores").warning(text);
        java.util.logging.Logger.getLogger("chores").fine("not wanted");
    }

    static void logBySlf4j(String text) {
        org.slf4j.LoggerFactory.getLogger("chores").warn("{} {}", text, 1, new IllegalStateException("thrown there"));
        org.slf4j.LoggerFactory.getLogger("chores").debug("not wanted");
    }

    static int leaveThreads() {
        Thread endless = new Thread(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        endless.start();
        return 1;
    }
}
