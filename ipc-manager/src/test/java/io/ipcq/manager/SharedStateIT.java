// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.process.ChildProcess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that change the same set, value and array at the same time, however they reach the manager. */
@Timeout(180)
class SharedStateIT {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLoseNothingThatProcessesChange(boolean tcp) throws Exception {
        AuthKey key = AuthKey.random();
        SocketAddress address = tcp ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0) : null;
        try (ManagerServer server = ManagerServer.builder().bind(address, key);
                Manager manager = Manager.connect(server.address(), key)) {
            Set<Integer> numbers = manager.set("numbers", Integer.class);
            SharedValue<Integer> sum = manager.value("sum", Integer.class);
            SharedArray<Integer> added = manager.array("added", Integer.class, 2);
            try (ChildProcess one = new ChildProcess(() -> ManagerClients.share(numbers, sum, added, 0));
                    ChildProcess two = new ChildProcess(() -> ManagerClients.share(numbers, sum, added, 1))) {
                one.start();
                two.start();
                one.join();
                two.join();
                assertThat(one.exitCode()).hasValue(0);
                assertThat(two.exitCode()).hasValue(0);
            }
            assertThat(numbers).hasSize(ManagerClients.NUMBERS);
            assertThat(sum.get()).isEqualTo(2 * ManagerClients.NUMBERS);
            assertThat(added.get(0) + added.get(1)).isEqualTo(ManagerClients.NUMBERS);
        }
    }
}
