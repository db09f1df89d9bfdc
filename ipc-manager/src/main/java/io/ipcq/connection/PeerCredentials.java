// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * The user at the other end of a Unix-domain socket, as the kernel says. Immutable.
 *
 * @param user the user of the process that connected or listens
 * @param group its group
 */
public record PeerCredentials(UserPrincipal user, GroupPrincipal group) {

    /** Empty for TCP, and where the system does not tell. */
    static Optional<PeerCredentials> of(SocketChannel channel) throws IOException {
        if (!(channel.getRemoteAddress() instanceof UnixDomainSocketAddress)
                || !ExtendedOptions.has(channel, "SO_PEERCRED")) {
            return Optional.empty();
        }
        UnixDomainPrincipal principal = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return Optional.of(new PeerCredentials(principal.user(), principal.group()));
    }
}
