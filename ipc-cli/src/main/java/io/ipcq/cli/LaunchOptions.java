// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.DurableQueue;

/** Prints the options that this version of {@code java} wants, as a file of arguments for the launcher script. */
final class LaunchOptions {

    private LaunchOptions() {}

    public static void main(String[] arguments) {
        DurableQueue.jvmOptions().forEach(System.out::println);
        // a command is short: no compiler threads for what runs once
        System.out.println("-XX:TieredStopAtLevel=1");
        System.out.println("-XX:+UseSerialGC");
        if (System.out.checkError()) {
            System.exit(1); // half a file would be used as a whole one
        }
    }
}
