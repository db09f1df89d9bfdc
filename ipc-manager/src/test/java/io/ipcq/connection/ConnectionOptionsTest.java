// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.test.OptionsContract;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class ConnectionOptionsTest extends OptionsContract<ConnectionBuilder, ConnectionOptions> {

    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    ConnectionOptionsTest() {
        super(ConnectionOptions.class);
    }

    @Override
    protected ConnectionBuilder builder() {
        return Connection.builder(ADDRESS, AuthKey.random());
    }

    @Override
    protected ConnectionOptions options(ConnectionBuilder builder) {
        return builder.options();
    }

    @Override
    protected ConnectionBuilder from(ConnectionOptions options) {
        return builder().options(options);
    }

    private static SSLContext tls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Map<String, Object> others() {
        return Map.of("tls", tls());
    }

    @Override
    protected Map<String, String> setters() {
        return Map.of("ownHandshakeTimeout", "handshakeTimeout");
    }

    @Override
    protected boolean setOtherwise(ConnectionBuilder builder, String option, Object value) {
        if (option.equals("ownHandshakeTimeout")) {
            builder.ownHandshakeTimeout((Duration) value);
            return true;
        }
        return false;
    }

    @Test
    void shouldStartListenerFromOptionsOfAnotherOne() {
        ListenerOptions options = Listener.builder(ADDRESS, AuthKey.random())
                .maxFrameBytes(7)
                .tls(tls())
                .clientCertificates(true)
                .maxPending(3)
                .options();
        ListenerOptions same =
                Listener.builder(ADDRESS, AuthKey.random()).options(options).options();
        assertThat(same).isEqualTo(options);
        assertThat(same.connection().maxFrameBytes()).isEqualTo(7);
    }
}
