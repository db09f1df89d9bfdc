// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

/** A process that had the pid of one that lives. */
public final class EarlierProcess {

    private EarlierProcess() {}

    public static ProcessIdentity withPid(long pid) {
        return new ProcessIdentity(pid, "0");
    }
}
