// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;

/**
 * Question: how does a function with an argument run in another process, and how does its parent wait for it?
 *
 * <p>Command: {@code ./ipcq demo process}
 *
 * <p>Expected output, with another number:
 *
 * <pre>
 * parent process 4711
 * child will start
 * child runs, name=test, process=Process-1
 * child has ended: exit code 0
 * </pre>
 */
public final class Sample02ChildProcess {

    private Sample02ChildProcess() {}

    public static void main(String[] args) throws Exception {
        System.out.println("parent process " + ChildProcess.current().pid());
        ChildProcess child = new ChildProcess(Sample02ChildProcess::runChild, "test");
        System.out.println("child will start");
        child.start();
        child.joinOrThrow();
        System.out.println("child has ended: " + child.exitDescription());
    }

    /** What the child does. */
    static void runChild(String name) {
        System.out.println("child runs, name=" + name + ", process="
                + ChildProcess.current().name());
    }
}
