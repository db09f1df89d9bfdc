// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses need TLS. Nothing beyond loopback is contacted: what is allowed is asked, not done. */
class ProtectionTest {

    private static final AuthKey KEY = AuthKey.random();

    /** Every interface, and addresses that are reserved for documentation. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "2001:db8::1"})
    void shouldRefusePlaintextBeyondLoopback(String host) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), 0);
        assertThatThrownBy(() -> Listener.bind(address, KEY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TCP beyond loopback needs TLS: address=" + address);
        assertThatThrownBy(() -> Connection.connect(address, KEY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TCP beyond loopback needs TLS");
        ConnectionOptions plaintext =
                Connection.builder(address, KEY).plaintext(true).options();
        assertThatCode(() -> Connector.requireProtected(address, plaintext)).doesNotThrowAnyException();
        ConnectionOptions tls =
                Connection.builder(address, KEY).tls(SSLContext.getDefault()).options();
        assertThatCode(() -> Connector.requireProtected(address, tls)).doesNotThrowAnyException();
    }

    @Test
    void shouldListenOnLoopbackInTheClear() throws Exception {
        try (Listener listener = Listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY)) {
            assertThat(((InetSocketAddress) listener.address()).getAddress().isLoopbackAddress())
                    .isTrue();
        }
    }

    @Test
    void shouldRefuseUnknownHost() {
        assertThatThrownBy(() -> Connection.connect(InetSocketAddress.createUnresolved("host.invalid", 1), KEY))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void shouldRefuseTlsWhereItIsOfNoUse() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of("s");
        SSLContext context = SSLContext.getDefault();
        assertThatThrownBy(() -> Listener.builder(address, KEY).tls(context).bind())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLS is for TCP");
        assertThatThrownBy(() ->
                        Listener.builder(address, KEY).clientCertificates(true).bind())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client certificates need TLS");
    }
}
