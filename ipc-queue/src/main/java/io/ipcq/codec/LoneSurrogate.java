// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

/** Half of a character that takes two chars, which is no character at all. */
final class LoneSurrogate {

    private LoneSurrogate() {}

    /** Where the first one stands; -1 if there is none. */
    static int indexIn(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
