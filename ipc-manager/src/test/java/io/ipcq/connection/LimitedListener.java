// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Sends each message back, in a process with little of what the system gives; prints its port, and ends with its input.
 */
final class LimitedListener {

    static final byte[] SECRET = RawPeer.ascii("the secret of this test, 32 bytes");

    private static final Duration LOOK_AROUND = Duration.ofMillis(10);

    private record Client(Connection connection, ConnectionSelector.Registration registration) {}

    private LimitedListener() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Listener listener = Patient.listener(address, AuthKey.of(SECRET)).bind();
                ConnectionSelector<Client[]> clients = new ConnectionSelector<>()) {
            System.out.println(((InetSocketAddress) listener.address()).getPort());
            while (System.in.available() == 0) {
                Optional<Connection> next = listener.accept(LOOK_AROUND);
                if (next.isPresent()) {
                    Client[] client = new Client[1];
                    client[0] = new Client(next.get(), clients.register(next.get(), client));
                    client[0].registration().resume();
                    answer(client[0]); // what has come with the proof
                }
                clients.selectNow(ready -> answer(ready[0]));
            }
        }
    }

    private static void answer(Client client) {
        try {
            byte[] message = client.registration().recvBytes();
            if (message != null) {
                client.registration().sendBytes(message);
            }
        } catch (IOException gone) {
            client.connection().close();
        }
    }
}
