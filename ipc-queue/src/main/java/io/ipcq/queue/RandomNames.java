// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names that nobody can guess, for what is made in directories that others can write to. */
final class RandomNames {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomNames() {}

    static String next() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
