package io.autoscale.reactor.tls;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** This machine as seen by itself alone. */
public final class Loopback {

    private Loopback() {}

    /** Whether this is a loopback address or {@code localhost}. Other names are not looked up: whoever owns one says what it means. */
    public static boolean isNamedBy(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host.replaceFirst("^\\[(.*)]$", "$1"));
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address has 4 or 16 bytes.", e);
        }
    }
}
