// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.time.Duration;

/** A child that this JVM started, as {@link LiveChildren} sees it. {@link LiveChildren} ends it. */
interface LiveChild {

    boolean isAlive();

    /** Whether it ends with its parent. */
    boolean isDaemon();

    /** The place in the tree of processes. */
    String family();

    /** Whether this process terminates the child when it exits. */
    boolean isEndedAtExit();

    /** How long the child may go on when this process exits. */
    Duration endGrace();

    /** Waits until it has ended; false if it still runs after {@code nanos}. */
    boolean join(long nanos) throws InterruptedException;

    void terminate();

    void kill();

    /**
     * Waits for the child for {@code nanos}, and terminates it after that time, or when the waiting thread is
     * interrupted.
     */
    default void joinOrTerminate(long nanos) {
        boolean ended = false;
        try {
            ended = join(nanos);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            terminate();
        }
    }

    /**
     * Waits for a child that was told to end; kills it after {@code nanos}, or when the waiting thread is interrupted.
     */
    default void joinOrKill(long nanos) {
        boolean interrupted = false;
        boolean ended = false;
        long patience = nanos;
        while (!ended) {
            try {
                ended = join(patience);
            } catch (InterruptedException hurry) {
                interrupted = true;
            }
            if (!ended) {
                kill();
                patience = Long.MAX_VALUE;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
