// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.IOException;

/** The program {@code strace}, which shows the system calls of another one. */
public final class Strace {

    private Strace() {}

    /** Whether it is there, and may look at other processes. */
    public static boolean isUsable() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-f", "true")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
