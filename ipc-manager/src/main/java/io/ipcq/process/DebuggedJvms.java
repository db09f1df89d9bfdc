// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The children of this JVM that wait for a debugger, or have one, each at a port of its own. */
final class DebuggedJvms {
    /*
     * Idea. Children are started one at a time, each at the first free port. A port is free if no other child of this
     * JVM was given it, and it can be bound at this moment. A child keeps its port until it has ended, because nobody
     * listens at the port while a debugger is attached.
     *
     * The property applies to the children of one process. JvmOptionKind counts it among the options that observe one
     * JVM. So children do not inherit it, neither from the command line nor from the environment. Otherwise they would
     * look for ports at the same time as this JVM.
     */

    private static final List<String> DEBUGGERS = List.of("-agentlib:jdwp", "-Xrunjdwp");

    private static final Map<Integer, Process> GIVEN = new HashMap<>(); // guarded by the class

    private DebuggedJvms() {}

    /** Starts a JVM with the task of a child. */
    interface Launcher {
        Process start(Launch launch) throws IOException;
    }

    /**
     * Starts a JVM that waits for a debugger, and prints its port. If the options of the child have a debugger already,
     * they stay as they are.
     */
    static synchronized Process start(int firstPort, String name, Launch launch, Launcher launcher) throws IOException {
        if (Stream.concat(launch.jvmOptions().stream(), launch.environmentOptions().options().stream())
                .anyMatch(DebuggedJvms::isDebugger)) {
            return launcher.start(launch);
        }
        int port = freePort(firstPort);
        String address = InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
        Process process = launcher.start(
                launch.with("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=" + address));
        GIVEN.put(port, process);
        System.err.println(name + " waits for a debugger: pid=" + process.pid() + ", address=" + address
                + "; attach one, for instance with: jdb -attach " + address);
        return process;
    }

    private static boolean isDebugger(String option) {
        return DEBUGGERS.stream().anyMatch(option::startsWith);
    }

    private static int freePort(int first) throws IOException {
        GIVEN.values().removeIf(process -> !process.isAlive());
        for (int port = first; port <= DebugPort.MAX; port++) {
            if (!GIVEN.containsKey(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("no port is free for a child's debugger: first=" + first + ", last=" + DebugPort.MAX
                + "; choose a lower one with -D" + DebugPort.PROPERTY + "=PORT");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
