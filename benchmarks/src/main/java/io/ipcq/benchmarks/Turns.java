// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import io.ipcq.benchmarks.Rounds.Better;
import io.ipcq.benchmarks.Rounds.Pair;
import io.ipcq.process.ChildProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets groups of processes run in turns, each for a fifth of a second; the others are stopped (SIGSTOP), and cost
 * nothing.
 *
 * <p>Two cores of a virtual machine may be near each other or far, for seconds at a time; in short turns that falls on
 * ours and on theirs alike.
 */
public final class Turns {

    public static final long MILLIS = 200;

    private Turns() {}

    public static void stop(List<ChildProcess> processes) throws IOException, InterruptedException {
        stopAll(pids(processes));
    }

    public static void resume(List<ChildProcess> processes) throws IOException, InterruptedException {
        resumeAll(pids(processes));
    }

    /** {@link #stop} by process ids. */
    public static void stopAll(List<Long> pids) throws IOException, InterruptedException {
        signal("-STOP", pids);
    }

    /** {@link #resume} by process ids. */
    public static void resumeAll(List<Long> pids) throws IOException, InterruptedException {
        signal("-CONT", pids);
    }

    private static List<Long> pids(List<ChildProcess> processes) {
        return processes.stream().map(ChildProcess::pid).toList();
    }

    /** Lets two pairs of processes that have been started run in turns until both have reported. */
    public static Pair until(Better better, ProcessPair ours, ProcessPair theirs) throws Exception {
        stop(theirs.processes());
        while (!ours.hasReported() || !theirs.hasReported()) {
            turn(ours);
            turn(theirs);
        }
        resume(ours.processes());
        resume(theirs.processes());
        return Pair.of(better, ours.figure(), theirs.figure());
    }

    private static void turn(ProcessPair pair) throws IOException, InterruptedException {
        if (!pair.hasReported()) {
            requireAlive(pair.consumers());
        }
        resume(pair.processes());
        Thread.sleep(MILLIS);
        stop(pair.processes());
    }

    /** What a dead process does not do would be taken for a figure, or waited for. */
    public static void requireAlive(List<ChildProcess> processes) {
        for (ChildProcess process : processes) {
            if (!process.isAlive()) {
                throw new IllegalStateException("a process has ended in the middle: " + process);
            }
        }
    }

    /** Of those that have ended meanwhile, there is nothing to be said. */
    private static void signal(String signal, List<Long> pids) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        pids.forEach(pid -> command.add(pid.toString()));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
