// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.manager.Manager;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.Stall;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a manager says of itself, for people and scripts.
 *
 * @param address where it listens
 * @param pid its process; null if the last answer was none, and it is not to be seen
 * @param state of that process; null if it is not to be seen from here
 * @param answerNanos how long it took to answer
 * @param names how many names of each type are held
 * @param holders how many holders these have together
 * @param message why it does not answer; null if it does
 */
record ManagerSight(
        String address,
        @Nullable Long pid,
        @Nullable String state,
        long answerNanos,
        Map<String, Integer> names,
        int holders,
        @Nullable String message) {

    static ManagerSight of(String address, Manager manager) {
        long start = System.nanoTime();
        long pid = manager.ping().orElseThrow();
        long answer = System.nanoTime() - start;
        Map<String, Integer> names = new TreeMap<>();
        int holders = 0;
        for (Manager.Held held : manager.names()) {
            names.merge(held.type(), 1, Integer::sum);
            holders += held.holders();
        }
        ProcessSight process = ProcessSight.of(pid);
        return new ManagerSight(
                address, pid, process == null ? null : String.valueOf(process.state()), answer, names, holders, null);
    }

    static ManagerSight stopped(String address, ProcessSight process) {
        return new ManagerSight(
                address, process.pid(), String.valueOf(process.state()), -1, Map.of(), 0, whyStopped(process));
    }

    static String whyStopped(ProcessSight process) {
        return Stall.Kind.MANAGER_STOPPED + ": pid " + process.pid() + " (" + process.program()
                + ") is stopped. `kill -CONT " + process.pid()
                + "` lets it go on; if it is killed, what its clients hold is gone";
    }

    /** @param last what it answered before; null if it never did */
    static ManagerSight overdue(String address, @Nullable ManagerSight last, long nanos) {
        Long pid = last == null ? null : last.pid;
        String process = pid == null ? "PID" : pid.toString();
        String why = Stall.Kind.MANAGER_SILENT + ": no answer for " + Quantity.nanos(nanos)
                + ": its process is stopped, hangs, or is not to be reached. Where it runs, `kill -CONT " + process
                + "` lets it go on, and `jstack " + process + "` says where it hangs";
        return new ManagerSight(address, pid, null, -1, Map.of(), 0, why);
    }

    static ManagerSight silent(String address, Throwable why) {
        return new ManagerSight(address, null, null, -1, Map.of(), 0, FailureReport.describe(why));
    }

    String namesText() {
        StringBuilder text = new StringBuilder();
        names.forEach((type, count) -> text.append(text.isEmpty() ? "" : ", ")
                .append(count)
                .append(' ')
                .append(type));
        return text.isEmpty() ? "none" : text.toString();
    }

    void page(Screen screen) {
        screen.line(Screen.Style.STRONG, "manager   " + Harmless.name(address));
        if (message != null) {
            screen.line(Screen.Style.ALARM, "state     does not answer: " + message);
            return;
        }
        screen.line("pid       " + pid);
        screen.line("state     " + (state == null ? "not to be seen from here" : state));
        screen.line("answers   in " + Quantity.nanos(answerNanos));
        screen.line("names     " + namesText());
        screen.line("holders   " + holders);
    }
}
