// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;

/**
 * Question: how does a program become two processes, and how do they know each other?
 *
 * <p>A JVM cannot fork: its threads, the collector among them, would not come along. A child is therefore a fresh JVM
 * that runs a function of the same program.
 *
 * <p>Command: {@code ./ipcq demo fork}
 *
 * <p>Expected output, with other numbers:
 *
 * <pre>
 * parent process: 4711
 * child process: 4712, 4711
 * </pre>
 */
public final class Sample01Fork {

    private Sample01Fork() {}

    public static void main(String[] args) throws Exception {
        System.out.println("parent process: " + ChildProcess.current().pid());
        ChildProcess child = new ChildProcess(Sample01Fork::child);
        child.start();
        child.joinOrThrow();
    }

    static void child() {
        System.out.println("child process: " + ChildProcess.current().pid() + ", "
                + ChildProcess.parent().orElseThrow().pid());
    }
}
