// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static io.ipcq.connection.RawPeer.ascii;
import static io.ipcq.connection.RawPeer.join;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A peer that says anything in the handshake: who has not answered the challenge rightly is never let in. */
public final class HandshakeFuzz {

    private static final byte[] SECRET = ascii("the secret of this test, 32 bytes");
    private static final byte[] CHALLENGE = ascii("#CHALLENGE#");
    private static final AuthKey KEY = AuthKey.of(SECRET);
    private static final Ends ENDS = new Ends(new InetSocketAddress(1), new InetSocketAddress(2));

    private HandshakeFuzz() {}

    /** The first byte says which side is tested, and how; each further one what its peer says next. */
    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        if (data.length == 0) {
            return;
        }
        boolean listener = (data[0] & 1) != 0;
        boolean legacyMd5 = (data[0] & 2) != 0;
        Peer peer = new Peer(ByteBuffer.wrap(data, 1, data.length - 1), legacyMd5);
        FrameReader reader = new FrameReader(peer, Limits.UNAUTHENTICATED_FRAME_BYTES);
        Handshake.Role role = listener ? Handshake.Role.LISTENER : Handshake.Role.CLIENT;
        Handshake handshake = new Handshake(role, ENDS, reader, new FrameWriter(peer), KEY, legacyMd5);
        try {
            while (handshake.advance() != WireProgress.DONE) {
                // an answer that comes in pieces
            }
        } catch (IOException refused) {
            return;
        } finally {
            handshake.close();
        }
        if (!peer.answeredRightly) {
            throw new AssertionError("let in: listener=" + listener + ", legacyMd5=" + legacyMd5);
        }
    }

    private static final class Peer extends ScriptedWire {

        private final ByteBuffer script;
        private final boolean legacyMd5;

        /** What the tested side sent last. */
        private byte[] heard = {};

        private boolean answeredRightly;

        Peer(ByteBuffer script, boolean legacyMd5) {
            this.script = script;
            this.legacyMd5 = legacyMd5;
        }

        @Override
        byte[] say() {
            return script.hasRemaining() ? say(script.get() & 0xff) : null;
        }

        /** A frame, which the tested side writes at once. */
        @Override
        void hear(byte[] frame) {
            heard = Arrays.copyOfRange(frame, Integer.BYTES, frame.length);
        }

        private byte[] say(int what) {
            return switch (what & 15) {
                case 0 -> RawPeer.frame(answer("HmacSHA256", true));
                case 1 -> RawPeer.frame(answer("HmacMD5", true));
                case 2 -> RawPeer.frame(answer("HmacSHA256", false));
                case 3 -> RawPeer.frame(answer("HmacMD5", false));
                case 4 -> RawPeer.frame(ascii("#WELCOME#"));
                case 5 -> RawPeer.frame(ascii("#FAILURE#"));
                case 6 -> RawPeer.frame(join(ascii("#CHALLENGE#{sha256}"), new byte[40]));
                case 7 -> RawPeer.frame(join(ascii("#CHALLENGE#"), new byte[20]));
                case 8 -> RawPeer.frame(heard); // sent back
                case 9 -> RawPeer.frame(join(ascii("#CHALLENGE#{md5}"), rest()));
                case 10 -> RawPeer.frame(join(ascii("#CHALLENGE#"), rest()));
                case 11 -> RawPeer.frame(join(ascii("{sha256}"), rest()));
                case 12 -> RawPeer.frame(new byte[0]);
                case 13 -> join(new byte[] {-1, -1, -1, -1}, rest());
                case 14 -> RawPeer.frame(rest());
                default -> rest();
            };
        }

        /** To the last challenge of the tested side, with the key or another one. */
        private byte[] answer(String algorithm, boolean rightly) {
            byte[] challenge = heard.length > 11 ? Arrays.copyOfRange(heard, 11, heard.length) : heard;
            byte[] mac = RawPeer.hmac(algorithm, rightly ? SECRET : new byte[32], challenge);
            boolean md5 = algorithm.equals("HmacMD5");
            answeredRightly |= rightly
                    && (legacyMd5 || !md5)
                    && Arrays.equals(CHALLENGE, 0, 11, heard, 0, Math.min(11, heard.length));
            return md5 ? mac : join(ascii("{sha256}"), mac);
        }

        private byte[] rest() {
            byte[] bytes = new byte[Math.min(script.remaining(), 64)];
            script.get(bytes);
            return bytes;
        }
    }
}
