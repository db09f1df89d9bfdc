// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Brokers;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A poor network by {@code tc} and the kernel's {@code netem}: a broker in a network namespace, and in that what leaves
 * by {@code eth0} is delayed or lost. Clients of this machine reach the broker by its address there, and it reaches
 * itself by the namespace's own loopback. No command is run outside the namespace, and all goes with it.
 */
final class Netem implements PoorNetwork {

    private final Namespaces namespaces;
    private final List<String> tc;
    private String port = "";

    private Netem(Namespaces namespaces, List<String> tc) {
        this.namespaces = namespaces;
        this.tc = tc;
    }

    /** Nothing, where there is none for this user: then it says why. */
    static Optional<Netem> open(List<String> tc) throws IOException {
        Namespaces namespaces = Namespaces.open(1).orElse(null);
        if (namespaces == null) {
            return Optional.empty();
        }
        Netem netem = new Netem(namespaces, tc);
        boolean usable = false;
        try {
            netem.slow();
            netem.heal();
            usable = true;
        } catch (IOException e) {
            System.out.println("there is no netem here: " + e.getMessage());
        } finally {
            if (!usable) {
                namespaces.close();
            }
        }
        return usable ? Optional.of(netem) : Optional.empty();
    }

    @Override
    public Brokers startBroker() throws IOException {
        Brokers broker = Broker.start(namespaces, 1, Map.of());
        port = ":" + broker.port(0);
        return broker;
    }

    @Override
    public URI queue(String name) {
        return URI.create("kafka://" + namespaces.host(0) + port + "/" + name);
    }

    @Override
    public void slow() throws IOException {
        qdisc("replace", "netem", "delay", "100ms", "loss", "5%");
    }

    @Override
    public void cut() throws IOException {
        qdisc("replace", "netem", "loss", "100%");
    }

    @Override
    public void heal() throws IOException {
        qdisc("delete");
    }

    private void qdisc(String what, String... how) throws IOException {
        List<String> command = new ArrayList<>(namespaces.command(0));
        command.addAll(tc);
        command.addAll(List.of("qdisc", what, "dev", "eth0", "root"));
        Namespaces.run(command, how);
    }

    @Override
    public String toString() {
        return "tc netem, in network namespace " + namespaces.name() + "-0";
    }

    @Override
    public void close() {
        namespaces.close();
    }
}
