// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Names and numbers that nobody can guess, for things in directories that others can write to. The class is loaded only
 * when something is made: the first random number costs a JVM ten milliseconds, and opening a queue needs none.
 */
final class RandomNames {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomNames() {}

    static String next() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static long nextLong() {
        return RANDOM.nextLong();
    }
}
