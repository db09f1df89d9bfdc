// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.RobustMutex;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What child JVMs do with a ring in a directory: {@code directory action arguments...}. */
final class RingProgram {

    private RingProgram() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        switch (args[1]) {
            case "put" -> put(directory, Path.of(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            case "get" -> get(directory, Path.of(args[2]), Integer.parseInt(args[3]));
            case "hold" -> holdHalfWritten(directory);
            case "touch" -> touchUntilGone(directory, args[2]);
            default -> throw new IllegalArgumentException(args[1]);
        }
    }

    /** Puts, one at a time or in batches, until it has put enough or the queue is shut down; keeps a ledger. */
    private static void put(Path directory, Path ledgers, int id, int count) throws Exception {
        Random random = new Random(id);
        try (Ledger ledger = Ledger.create(ledgers, "producer-" + id);
                SharedQueue<byte[]> queue = SharedQueue.open(directory, byte[].class)) {
            System.out.println("started");
            for (int sequence = 0; sequence < count; ) {
                List<byte[]> elements = new ArrayList<>();
                int batch = random.nextBoolean() ? 1 : 1 + random.nextInt(20);
                for (int i = 0; i < batch; i++) {
                    elements.add(CrashElement.encode(id, sequence + i, random.nextInt(1 << random.nextInt(12))));
                }
                ledger.writeRange(Ledger.Kind.BEGUN, id, sequence, batch, 0);
                if (batch == 1) {
                    queue.put(elements.get(0));
                } else {
                    queue.putAll(elements);
                }
                ledger.writeRange(Ledger.Kind.PUT, id, sequence, batch, 0);
                sequence += batch;
            }
        } catch (QueueShutdownException e) {
            System.out.println("shut down");
        }
    }

    /** Gets, one at a time or in batches of up to {@link RingQueueCrashIT#DRAIN}, until the end; keeps a ledger. */
    private static void get(Path directory, Path ledgers, int id) throws Exception {
        Random random = new Random(id);
        try (Ledger ledger = Ledger.create(ledgers, "consumer-" + id);
                SharedQueue<byte[]> queue = SharedQueue.open(directory, byte[].class)) {
            System.out.println("started");
            while (true) {
                List<byte[]> elements = new ArrayList<>();
                elements.add(queue.get());
                record(ledger, elements);
                if (random.nextInt(4) == 0) {
                    elements.clear();
                    queue.drainTo(elements, 1 + random.nextInt(RingQueueCrashIT.DRAIN));
                    record(ledger, elements);
                }
            }
        } catch (QueueShutdownException e) {
            System.out.println("done");
        }
    }

    private static void record(Ledger ledger, List<byte[]> elements) {
        for (byte[] bytes : elements) {
            CrashElement element = CrashElement.decode(bytes);
            ledger.write(Ledger.Kind.GOT, element.producer(), element.sequence());
        }
    }

    /** Goes as far as a put does before it stamps the record, and stays there until a line comes. */
    private static void holdHalfWritten(Path directory) throws Exception {
        RingFiles.Attachment attachment = new RingFiles(directory).open("bytes", hold -> hold);
        MappedRegion region = attachment.control().region();
        RobustMutex mutex = new RobustMutex(region, RingLayout.MUTEX, attachment.members());
        mutex.lock();
        long capacity = attachment.control().options().capacityBytes();
        long offset = RingLayout.DATA + region.getLong(RingLayout.TAIL) % capacity;
        region.putInt(offset + RingLayout.RECORD_LENGTH, 100);
        region.putInt(offset + RingLayout.RECORD_NUMBER, 77);
        region.putBytes(offset + RingLayout.RECORD_PAYLOAD, new byte[50], 0, 50);
        System.out.println("holds");
        System.in.read();
        mutex.unlock();
        attachment.members().close();
        System.out.println("let go");
    }

    /** Does one thing over and over until it fails, and says how. */
    private static void touchUntilGone(Path directory, String how) throws Exception {
        SharedQueue<byte[]> queue = SharedQueue.open(directory, byte[].class);
        System.out.println("started");
        try {
            while (true) {
                touch(queue, how);
            }
        } catch (QueueStorageException | InternalError e) {
            System.out.println("failed with " + e.getClass().getSimpleName());
            e.printStackTrace();
        }
        queue.close();
        System.out.println("closed");
        System.out.println("lives");
    }

    private static void touch(SharedQueue<byte[]> queue, String how) throws Exception {
        switch (how) {
            case "put" -> queue.offer(new byte[5_000]);
            case "putAll" -> {
                queue.putAll(List.of(new byte[5_000], new byte[10]));
                queue.clear();
            }
            case "get" -> queue.getNow();
            case "both" -> {
                queue.put(new byte[5_000]);
                queue.get();
            }
            case "wait" -> queue.get();
            case "join" -> queue.join(Duration.ofMillis(1));
            case "qsize" -> queue.qsize();
            case "empty" -> queue.empty();
            case "full" -> queue.full();
            case "stats" -> queue.stats();
            case "peek" -> queue.peek();
            case "iterate" -> queue.forEach(element -> {});
            case "drain" -> queue.drainTo(new ArrayList<>());
            case "isShutdown" -> queue.isShutdown();
            case "shutdown" -> queue.shutdown();
            case "taskDone" -> {
                queue.put(new byte[10]);
                queue.get();
                queue.taskDone();
            }
            default -> throw new IllegalArgumentException(how);
        }
    }
}
