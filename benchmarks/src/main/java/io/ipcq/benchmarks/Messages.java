// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Messages of 100 bytes that say when they were sent.
 *
 * <p>The clock is {@link System#nanoTime}, which on Linux is one clock for all processes of a machine.
 */
public final class Messages {

    public static final int BYTES = 100;

    /** Sent before the measurement begins: batches of 64 are compiled after some six million, single ones sooner. */
    public static final int WARM_UP = 10_000_000;

    public static final int MEASURED = 3_000_000;
    public static final int ALL = WARM_UP + MEASURED;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Messages() {}

    /** Stamps the message with which the measurement begins; the clock is not asked for every one. */
    public static void stamp(byte[] message, int number) {
        if (number == WARM_UP) {
            LONG.set(message, 0, System.nanoTime());
        }
    }

    public static void stampNow(byte[] message) {
        LONG.set(message, 0, System.nanoTime());
    }

    public static long stampOf(byte[] message) {
        return (long) LONG.get(message, 0);
    }

    /** Messages a second from the first measured one's departure to the last one's arrival. */
    public static double rate(long departedNanos, long arrivedNanos) {
        return MEASURED * 1e9 / (arrivedNanos - departedNanos);
    }
}
