// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network namespace for each broker, all on one bridge of this machine, from which each can be cut off. Needs root
 * and {@code ip}.
 *
 * <pre>
 *   bridge 198.18.P.254 --- peer 0 | namespace 0, 198.18.P.1
 *                       `-- peer 1 | namespace 1, 198.18.P.2
 * </pre>
 */
public final class Namespaces implements Network, AutoCloseable {

    /** Of the addresses that are for the test of networks; another one for each of two processes, most likely. */
    private final String net = "198.18." + ProcessHandle.current().pid() % 256 + ".";

    private final String name = "ipcq" + ProcessHandle.current().pid() % 1_000_000;
    private final List<List<String>> undo = new ArrayList<>();
    private final Thread atEnd = new Thread(this::remove, "end of the namespaces");

    private Namespaces() {}

    /** Nothing, where the machine has none for this user: then it says why. */
    public static Optional<Namespaces> open(int count) throws IOException {
        Namespaces namespaces = new Namespaces();
        Runtime.getRuntime().addShutdownHook(namespaces.atEnd);
        try {
            namespaces.make(count);
            return Optional.of(namespaces);
        } catch (IOException e) {
            namespaces.close();
            System.out.println("there are no network namespaces here: " + e.getMessage());
            return Optional.empty();
        }
    }

    private void make(int count) throws IOException {
        ip("link", "add", name, "type", "bridge");
        undo("link", "delete", name);
        ip("address", "add", net + "254/24", "dev", name);
        ip("link", "set", name, "up");
        for (int broker = 0; broker < count; broker++) {
            ip("netns", "add", name(broker));
            undo("netns", "delete", name(broker));
            ip("link", "add", peer(broker), "type", "veth", "peer", "name", "eth0", "netns", name(broker));
            undo("link", "delete", peer(broker));
            ip("link", "set", peer(broker), "master", name, "up");
            ip("-n", name(broker), "address", "add", host(broker) + "/24", "dev", "eth0");
            ip("-n", name(broker), "link", "set", "eth0", "up");
            ip("-n", name(broker), "link", "set", "lo", "up");
        }
    }

    private String name(int broker) {
        return name + "-" + broker;
    }

    private String peer(int broker) {
        return name + "v" + broker;
    }

    @Override
    public String host(int broker) {
        return net + (broker + 1);
    }

    @Override
    public List<String> command(int broker) {
        return List.of("ip", "netns", "exec", name(broker));
    }

    /** Nothing comes to it or from it any more, and nobody is told. */
    public void cutOff(int broker) throws IOException {
        ip("link", "set", peer(broker), "down");
    }

    public void connect(int broker) throws IOException {
        ip("link", "set", peer(broker), "up");
    }

    private void undo(String... arguments) {
        undo.add(0, List.of(arguments));
    }

    private static void ip(String... arguments) throws IOException {
        ip(List.of(arguments));
    }

    private static void ip(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + printed.strip());
        }
    }

    private void remove() {
        for (List<String> each : undo) {
            try {
                ip(each);
            } catch (IOException e) {
                // the other end of it went first
            }
        }
        undo.clear();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atEnd);
        remove();
    }
}
