// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A process that puts numbered elements into a queue at an address, or takes from it until that is over, and keeps a
 * ledger. What the cluster does not confirm it does not write down as done, and goes on. Arguments: queue, ledgers,
 * name; then id and count to put.
 */
final class KafkaLedgerProgram {

    private static final int FILLER = 100;
    private static final long PACE_MILLIS = 10;

    private KafkaLedgerProgram() {}

    public static void main(String[] args) throws Exception {
        try (Ledger ledger = Ledger.create(Path.of(args[1]), args[2]);
                DurableQueue<byte[]> queue = DurableQueue.open(URI.create(args[0]), byte[].class)) {
            System.out.println("started");
            if (args.length > 3) {
                put(queue, ledger, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            } else {
                take(queue, ledger);
            }
        }
        System.out.println("done");
    }

    private static void put(DurableQueue<byte[]> queue, Ledger ledger, int id, int count) throws Exception {
        for (int sequence = 0; sequence < count; sequence++) {
            ledger.write(Ledger.Kind.BEGUN, id, sequence);
            try {
                queue.put(CrashElement.encode(id, sequence, FILLER));
                ledger.write(Ledger.Kind.PUT, id, sequence);
            } catch (QueueStorageException e) {
                System.out.println("not confirmed: " + sequence + ": " + e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(PACE_MILLIS);
        }
    }

    private static void take(DurableQueue<byte[]> queue, Ledger ledger) throws InterruptedException {
        while (true) {
            try {
                Delivery<byte[]> delivery = queue.receive();
                CrashElement element = CrashElement.decode(delivery.value());
                ledger.write(Ledger.Kind.RECEIVED, element.producer(), element.sequence(), delivery.attempts());
                TimeUnit.MILLISECONDS.sleep(PACE_MILLIS);
                ledger.write(Ledger.Kind.ACKING, element.producer(), element.sequence());
                Ledger.Kind outcome = delivery.ack() ? Ledger.Kind.ACKED : Ledger.Kind.LATE;
                ledger.write(outcome, element.producer(), element.sequence());
            } catch (QueueShutdownException drained) {
                return;
            } catch (QueueStorageException e) {
                System.out.println("not settled: " + e.getMessage());
            }
        }
    }
}
