// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;

/**
 * An element that a durable queue gave up.
 *
 * @param number its number in the order of commitment
 * @param attempts how often it was delivered
 * @param reason why it was given up
 * @param bytes the element as it was encoded
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record DeadLetter(long number, int attempts, String reason, byte[] bytes) {

    /**
     * Encodes dead letters, for those who look at them without a handle, as through {@link QueueView#deadLetters}.
     */
    public static Codec<DeadLetter> codec() {
        return DeadLetterCodec.INSTANCE;
    }
}
