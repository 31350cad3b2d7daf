namespace Call112.Gateway.Cellular;

/// <summary>
/// The USB bus, as the rung UsbReenumeration uses it: one device at a time. Two implementations: the kernel's (<see cref="UsbBus"/>) and, in the
/// simulation, memory.
/// Invariant: what was taken off is known until it is back, also to the next run of the service; a modem that is off its bus shows itself nowhere.
/// </summary>
internal interface IUsbBus
{
    /// <summary>Takes a device off its bus.</summary>
    /// <param name="device">Its folder under /sys/devices.</param>
    /// <returns>Null when it is off, else why not.</returns>
    Task<string?> TakeOffAsync(string device);

    /// <summary>Puts back whatever this or an earlier run has taken off; nothing to do is no failure.</summary>
    /// <returns>Null when nothing is off any more, else why not.</returns>
    Task<string?> PutBackAsync();
}

/// <summary>The kernel's buses: a device's attribute <c>authorized</c>.</summary>
/// <param name="notePath">File that names the device while it is off.</param>
internal sealed class UsbBus(string notePath) : IUsbBus
{
    /// <summary>The buses of this machine; the note lies beside the journal.</summary>
    public static UsbBus Beside(string journalPath) =>
        new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(journalPath)) ?? "/", "modem-off-bus"));

    /// <exception cref="IOException">The note or the attribute cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be written.</exception>
    public async Task<string?> TakeOffAsync(string device)
    {
        var attribute = AttributeOf(device);
        if (!File.Exists(attribute))
            return $"no file '{attribute}'";
        // The note first: without it a service that dies now would leave a modem that nobody finds.
        await File.WriteAllTextAsync(notePath, device, CancellationToken.None);
        await File.WriteAllTextAsync(attribute, "0", CancellationToken.None);
        return null;
    }

    public async Task<string?> PutBackAsync()
    {
        try
        {
            if (!File.Exists(notePath))
                return null;
            var attribute = AttributeOf(await File.ReadAllTextAsync(notePath, CancellationToken.None));
            // A device that is gone meanwhile comes back as the kernel finds it: on the bus.
            if (File.Exists(attribute))
                await File.WriteAllTextAsync(attribute, "1", CancellationToken.None);
            File.Delete(notePath);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return e.Message;
        }
    }

    private static string AttributeOf(string device) => Path.Combine(device, "authorized");
}
