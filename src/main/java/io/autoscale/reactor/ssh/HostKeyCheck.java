package io.autoscale.reactor.ssh;

/** How the key that an SSH server shows is checked: {@code reactor.ssh.host-key}. */
public enum HostKeyCheck {
    /** It must be one that the instance printed on its EC2 console. */
    STRICT,
    /** It must be one that the instance printed, if it printed any; else it is accepted and reported. */
    TOFU,
    /** Any key is accepted. */
    OFF
}
