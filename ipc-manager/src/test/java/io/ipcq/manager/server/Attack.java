// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.connection.RawPeer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What hostile peers of a manager do: strangers, and clients that know the key. */
enum Attack {
    SAYS_NOTHING {
        @Override
        void go(HostilePeer peer) throws Exception {
            peer.stranger();
            peer.stay();
        }
    },
    PROVES_NO_KEY {
        @Override
        void go(HostilePeer peer) throws Exception {
            peer.stranger().proveKey(new byte[32]);
            peer.stay();
        }
    },
    /** Its answer and its question are what it was asked itself. */
    REFLECTS_CHALLENGES {
        @Override
        void go(HostilePeer peer) throws Exception {
            byte[] challenge = peer.stranger().receiveFrame();
            RawPeer other = peer.stranger();
            other.receiveFrame();
            other.send(RawPeer.frame(challenge));
            other.awaitEnd();
        }
    },
    SPEAKS_ANOTHER_PROTOCOL {
        @Override
        void go(HostilePeer peer) throws Exception {
            peer.stranger().send(RawPeer.ascii("GET / HTTP/1.1\r\n\r\n"));
            peer.stay();
        }
    },
    BLOCKS_THREADS {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "object", Map.of("interface", HostileClientsServer.Own.class.getName()));
            for (int i = 0; i < MANY; i++) {
                peer.client().send("object.call", peer.name(), "block/0", List.of());
            }
            peer.stay();
        }
    },
    BLOCKS_THREADS_WITHOUT_ASKING {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "object", Map.of("interface", HostileClientsServer.Own.class.getName()));
            for (int i = 0; i < MANY; i++) {
                peer.client().sendAs(null, "object.call", peer.name(), "block/0", List.of());
            }
            peer.stay();
        }
    },
    WAITS_AT_MANY_QUEUES {
        @Override
        void go(HostilePeer peer) throws Exception {
            for (int i = 0; i < MANY; i++) {
                peer.client().send("open", "queue", peer.name() + i, Map.of("codec", "utf8", "capacityBytes", 4096));
                peer.client().send("queue.get", peer.name() + i, null, true);
            }
            peer.stay();
        }
    },
    USES_IDS_AGAIN {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "queue", Map.of("codec", "utf8"));
            for (int i = 0; i < MANY; i++) {
                peer.client().send("queue.put", peer.name(), "x", 0);
                peer.client().sendAs("again", "queue.get", peer.name(), 0, true);
            }
            peer.stay();
        }
    },
    STORES_WHAT_NOBODY_CAN_READ {
        @Override
        void go(HostilePeer peer) throws Exception {
            peer.client().result("open", "map", HostileClientsServer.SHARED, Map.of());
            String deep = "[".repeat(190) + "]".repeat(190);
            String put = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"map.put\",\"params\":[\"%s\",\"%s\",%s]}";
            for (String poison : List.of(deep, "1".repeat(990), "1".repeat(10_000), "[".repeat(10_000))) {
                peer.client().sendText(String.format(put, HostileClientsServer.SHARED, "poison", poison));
                peer.client().receive();
            }
        }
    },
    WAITS_WITH_LARGE_ARGUMENTS {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "queue", Map.of("codec", "json:java.lang.Object", "maxSize", 1));
            peer.client().send("queue.put", peer.name(), "full", 0);
            for (int i = 0; i < FEW; i++) {
                peer.client().send("queue.put", peer.name(), BRACKETS, null);
            }
            peer.stay();
        }
    },
    NEVER_ENDS_ITS_MESSAGE {
        @Override
        void go(HostilePeer peer) throws Exception {
            RawPeer raw = peer.stranger();
            raw.clientHandshake(HostileClientsServer.SECRET);
            raw.send(Arrays.copyOf(RawPeer.frame(new byte[8 << 20]), 8 << 20));
            peer.stay();
        }
    },
    DOES_NOT_READ {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "list", Map.of());
            peer.client().result("list.append", peer.name(), "x".repeat(20_000));
            for (int i = 0; i < 5 * MANY; i++) {
                peer.client().send("list.items", peer.name());
            }
            peer.stay();
        }
    },
    DOES_NOT_CONFIRM {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "queue", Map.of("codec", "utf8"));
            for (int i = 0; i < FEW; i++) {
                peer.client().ask("queue.put", peer.name(), LARGE, 0);
                peer.client().ask("queue.get", peer.name(), 0, true);
            }
            peer.stay();
        }
    },
    DOES_NOT_ACKNOWLEDGE {
        @Override
        void go(HostilePeer peer) throws Exception {
            peer.client().result("open", "durableQueue", "leases", Map.of("codec", "utf8"));
            for (int i = 0; i < FEW; i++) {
                peer.client().ask("durableQueue.put", "leases", "x".repeat(10_000), 0);
                peer.client().ask("durableQueue.receive", "leases", 0);
            }
            peer.stay();
        }
    },
    LOOKS_AT_LARGE_ELEMENTS {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "queue", Map.of("codec", "json:java.lang.Object"));
            for (int i = 0; i < FEW; i++) {
                peer.client().ask("queue.put", peer.name(), BRACKETS, 0);
                peer.client().ask("queue.items", peer.name(), 10_000);
            }
        }
    },
    HOLDS_MANY_NAMES {
        @Override
        void go(HostilePeer peer) throws Exception {
            for (int i = 0; i < 10 * MANY; i++) {
                peer.client().ask("open", "counter", peer.name() + i, Map.of());
            }
            peer.client().ask("names");
            peer.stay();
        }
    },
    OPENS_MANY_QUEUES {
        @Override
        void go(HostilePeer peer) throws Exception {
            for (int i = 0; i < 10 * MANY; i++) {
                peer.client().ask("open", "queue", peer.name() + i, Map.of("codec", "utf8", "capacityBytes", 4096));
            }
            peer.stay();
        }
    },
    STORES_ALL_IT_CAN {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "map", Map.of());
            for (int i = 0; i < MANY; i++) {
                peer.client().ask("map.put", peer.name(), i, LARGE);
            }
            peer.stay();
        }
    },
    MAKES_HASHES_COLLIDE {
        @Override
        void go(HostilePeer peer) throws Exception {
            open(peer, "map", Map.of());
            List<Object> entries = new ArrayList<>();
            for (int i = 0; i < 16_384; i++) {
                entries.add(List.of(List.of(i, -31 * i), i));
            }
            peer.client().ask("map.putAll", peer.name(), entries);
            peer.client().ask("map.clear", peer.name());
        }
    };

    private static final int MANY = 200;
    private static final int FEW = 20;
    private static final String LARGE = "x".repeat(1 << 20);

    /** A third of a megabyte, which is eight as values. */
    private static final List<?> BRACKETS = Collections.nCopies(100_000, List.of());

    /** What a peer does until it is refused or has enough; then it comes again. */
    abstract void go(HostilePeer peer) throws Exception;

    private static void open(HostilePeer peer, String type, Map<String, Object> options) throws Exception {
        peer.client().result("open", type, peer.name(), options);
    }
}
