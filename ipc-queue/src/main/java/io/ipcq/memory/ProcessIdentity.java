// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Identifies a process by its pid and the time of its start. A pid alone identifies a process only while that lives,
 * because the kernel gives the number to others afterwards.
 *
 * <p>Thread-safe: immutable. Process-safe: it can be passed on, and holds in the same pid namespace. It survives the
 * process that it names; {@link #isAlive} is false then. A lock that the process holds is better, where there is one:
 * see {@link LifeLock}.
 */
public final class ProcessIdentity implements Serializable {
    /*
     * The start is what /proc/PID/stat says, in ticks since the machine was started, which is the same for every
     * reader. The JDK makes an instant of it with the reader's clock, which may have been set in between. That is used
     * only where there is no /proc.
     */

    private static final long serialVersionUID = 1L;

    /** Of what follows the name of the command in brackets, which may contain anything. */
    private static final int STATE = 0;

    private static final int START = 19;

    private final long pid;
    private final String start;

    ProcessIdentity(long pid, String start) {
        this.pid = pid;
        this.start = start;
    }

    /** This process. */
    public static ProcessIdentity current() {
        return of(ProcessHandle.current().pid());
    }

    /** The process that has this pid now. */
    static ProcessIdentity of(long pid) {
        return new ProcessIdentity(pid, startOf(pid));
    }

    /** Whether it runs. A process that has ended and that its parent has not waited for does not run. */
    public boolean isAlive() {
        return !start.isEmpty() && start.equals(startOf(pid));
    }

    /** Both numbers, fit for the name of a file. */
    public String text() {
        return pid + "-" + start;
    }

    @Override
    public String toString() {
        return "ProcessIdentity[pid=" + pid + ", start=" + start + "]";
    }

    /** Empty if there is no such process. */
    private static String startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", START + 2);
            boolean isOver = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return isOver ? "" : fields[START];
        } catch (NoSuchFileException none) {
            return Files.exists(Path.of("/proc/self/stat")) ? "" : startByJdk(pid);
        } catch (IOException unreadable) {
            return startByJdk(pid);
        }
    }

    private static String startByJdk(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(handle ->
                        handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L))
                .map(millis -> Long.toString(millis))
                .orElse("");
    }
}
