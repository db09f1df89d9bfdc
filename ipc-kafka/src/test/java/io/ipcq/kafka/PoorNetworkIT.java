// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How a network is made poor by {@code tc}, also on a kernel that cannot do that: a script stands for the command. */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class PoorNetworkIT {

    private static final List<String> IP = List.of("ip");

    @TempDir
    Path directory;

    private Path log;

    @BeforeEach
    void requireNamespaces() throws IOException {
        log = directory.resolve("log");
        Optional<Namespaces> some = Namespaces.open(1);
        some.ifPresent(Namespaces::close);
        assumeTrue(some.isPresent(), "needs root and ip");
    }

    /** Writes down in which namespace it is, and its arguments, and then ends with that code. */
    private List<String> tc(int code) throws IOException {
        Path script = Files.writeString(
                directory.resolve("tc"), "echo $(ip netns identify $$) \"$@\" >>'" + log + "'\nexit " + code + "\n");
        return List.of("sh", script.toString());
    }

    private static String own() {
        return "ipcq" + ProcessHandle.current().pid();
    }

    @Test
    void shouldTouchNothingOutsideItsNamespaceAndLeaveNothing() throws Exception {
        String namespace = own() + "-0";
        try (PoorNetwork network = PoorNetwork.open(tc(0))) {
            assertThat(network.toString()).contains("netem", namespace);
            Files.delete(log);
            network.slow();
            network.heal();
            network.cut();
            network.heal();
            assertThat(Namespaces.run(List.of("ip", "-n", namespace), "link")).contains("eth0");
        }
        assertThat(Files.readAllLines(log))
                .containsExactly(
                        namespace + " qdisc replace dev eth0 root netem delay 100ms loss 5%",
                        namespace + " qdisc delete dev eth0 root",
                        namespace + " qdisc replace dev eth0 root netem loss 100%",
                        namespace + " qdisc delete dev eth0 root");
        assertThat(Namespaces.made(IP, own())).isEmpty();
    }

    @Test
    void shouldTakeProxyWhereKernelRefusesAndLeaveNothing() throws Exception {
        try (PoorNetwork network = PoorNetwork.open(tc(2))) {
            assertThat(network).isInstanceOf(SlowProxy.class);
            assertThat(Namespaces.made(IP, own())).isEmpty();
        }
        try (PoorNetwork network = PoorNetwork.open(List.of("no-such-command"))) {
            assertThat(network).isInstanceOf(SlowProxy.class);
        }
        assertThat(Namespaces.made(IP, own())).isEmpty();
    }
}
