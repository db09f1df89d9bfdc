// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.file.Path;
import java.util.Random;

/**
 * A process that takes elements until the queue is shut down and drained, and keeps a ledger of that. Arguments: queue,
 * ledgers, name, {@code get} or {@code receive}, seed, longest hold in milliseconds.
 */
final class LedgerConsumer {

    private static final int ONE_IN = 500;

    private final DurableQueue<byte[]> queue;
    private final Ledger ledger;
    private final Random random;
    private final int longestHoldMillis;

    private LedgerConsumer(DurableQueue<byte[]> queue, Ledger ledger, Random random, int longestHoldMillis) {
        this.queue = queue;
        this.ledger = ledger;
        this.random = random;
        this.longestHoldMillis = longestHoldMillis;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        try (Ledger ledger = Ledger.create(Path.of(args[1]), args[2]);
                DurableQueue<byte[]> queue = DurableQueue.open(directory, byte[].class)) {
            Random random = new Random(Long.parseLong(args[4]));
            LedgerConsumer consumer = new LedgerConsumer(queue, ledger, random, Integer.parseInt(args[5]));
            System.out.println("started");
            boolean receive = args[3].equals("receive");
            while (receive ? consumer.receive() : consumer.get()) {
                // until the end
            }
        }
        System.out.println("done");
    }

    private boolean get() throws InterruptedException {
        try {
            CrashElement element = CrashElement.decode(queue.get());
            ledger.write(Ledger.Kind.GOT, element.producer(), element.sequence());
            return true;
        } catch (QueueShutdownException e) {
            return false;
        }
    }

    private boolean receive() throws InterruptedException {
        Delivery<byte[]> delivery;
        try {
            delivery = queue.receive();
        } catch (QueueShutdownException e) {
            return false;
        }
        CrashElement element = CrashElement.decode(delivery.value());
        ledger.write(Ledger.Kind.RECEIVED, element.producer(), element.sequence(), delivery.attempts());
        if (random.nextInt(ONE_IN) == 0) {
            Thread.sleep(random.nextInt(longestHoldMillis + 1));
        }
        if (random.nextInt(ONE_IN) == 0) {
            delivery.nack();
            return true;
        }
        ledger.write(Ledger.Kind.ACKING, element.producer(), element.sequence());
        Ledger.Kind outcome = delivery.ack() ? Ledger.Kind.ACKED : Ledger.Kind.LATE;
        ledger.write(outcome, element.producer(), element.sequence());
        return true;
    }
}
