// SPDX-License-Identifier: Apache-2.0
package io.ipcq.brokers;

import java.util.List;

/** Where the brokers of a cluster run; they count from 0. */
public interface Network {

    /** All of them on loopback. */
    Network LOOPBACK = new Network() {
        @Override
        public String host(int broker) {
            return "127.0.0.1";
        }

        @Override
        public List<String> command(int broker) {
            return List.of();
        }
    };

    /** By which clients and the other brokers reach one. */
    String host(int broker);

    /** What the command of a broker is the arguments of, such as {@code ip netns exec name}; nothing to run it here. */
    List<String> command(int broker);
}
