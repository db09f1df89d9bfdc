// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What child JVMs do with a queue whose serialized handle they find in a file; knows no engine. */
final class QueueProgram {

    private QueueProgram() {}

    static SharedQueue<String> attach(String handleFile) throws IOException, ClassNotFoundException {
        return SharedQueueContract.deserialize(Files.readAllBytes(Path.of(handleFile)));
    }

    /** Attaches, says so, and begins when it is told to: {@code handle action arguments...}. */
    public static void main(String[] args) throws Exception {
        try (SharedQueue<String> queue = attach(args[0])) {
            System.out.println("ready");
            System.in.read();
            try {
                run(queue, args);
            } catch (QueueShutdownException | QueueClosedException e) {
                System.out.println(e.getClass().getSimpleName());
            }
            System.out.println("done");
        }
    }

    private static void run(SharedQueue<String> queue, String[] args) throws Exception {
        switch (args[1]) {
            case "put" -> put(queue, args[2], Integer.parseInt(args[3]));
            case "putAll" -> putAll(queue, args[2], Integer.parseInt(args[3]));
            case "get" -> System.out.println("got " + queue.get());
            case "consume" -> consume(queue, Path.of(args[2]));
            case "drain" -> drain(queue, Path.of(args[2]));
            case "shutdown" -> queue.shutdown();
            case "alter" -> alter((DurableQueue<String>) queue, Integer.parseInt(args[2]));
            case "join" -> queue.join();
            case "taskDone" -> queue.taskDone();
            case "delete" -> queue.delete();
            case "copy" -> copy(queue, Path.of(args[2]));
            case "lease" -> lease((DurableQueue<String>) queue, Path.of(args[2]));
            case "look" ->
                System.out.println("sees " + queue.qsize() + " " + queue.empty() + " " + queue.full() + " "
                        + queue.isShutdown() + " " + queue);
            default -> throw new IllegalArgumentException(args[1]);
        }
    }

    private static void put(SharedQueue<String> queue, String name, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            queue.put(name + ":" + i);
        }
    }

    private static void putAll(SharedQueue<String> queue, String name, int count) throws InterruptedException {
        queue.putAll(IntStream.range(0, count).mapToObj(i -> name + ":" + i).toList());
    }

    private static void consume(SharedQueue<String> queue, Path ledger) throws IOException {
        List<String> got = new ArrayList<>();
        for (String element : queue.consume()) {
            got.add(element);
        }
        Files.write(ledger, got);
    }

    private static void drain(SharedQueue<String> queue, Path ledger) throws Exception {
        List<String> got = new ArrayList<>();
        while (!queue.isShutdown() || !queue.empty()) {
            if (queue.drainTo(got, 100) == 0) {
                Thread.sleep(1);
            }
        }
        Files.write(ledger, got);
    }

    /** As a backup from inside does. */
    private static void copy(SharedQueue<String> queue, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(queue.directory())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(queue.directory().relativize(file)));
            }
        }
        System.out.println("copied");
        System.in.read();
    }

    private static void lease(DurableQueue<String> queue, Path target) throws Exception {
        Delivery<String> delivery = queue.receive();
        copy(queue, target);
        System.out.println("ack " + delivery.ack());
    }

    /** Adds to the attempts, one by one, and reopens the queue. */
    private static void alter(DurableQueue<String> queue, int times) {
        for (int i = 0; i < times; i++) {
            queue.alter(options -> options.withMaxAttempts(options.maxAttempts() + 1));
        }
        queue.reopen();
    }

    /** Starts one, which then waits to be told to begin. */
    static TestJvm start(List<String> jvmOptions, Path handle, String... arguments) {
        List<String> all = new ArrayList<>(List.of(handle.toString()));
        all.addAll(List.of(arguments));
        return TestJvm.start(jvmOptions, QueueProgram.class, all.toArray(String[]::new));
    }
}
