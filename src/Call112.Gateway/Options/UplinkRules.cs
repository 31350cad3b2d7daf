using System.Text;
using Call112.Messages;

namespace Call112.Gateway.Options;

/// <summary>The ways to the centre that a station.json names: one or two.</summary>
internal static class UplinkRules
{
    /// <summary>Longest name of an uplink, characters: it is part of the MQTT client id and of reports.</summary>
    public const int NameLengthMax = 12;

    /// <summary>Longest name of a network interface, bytes (Linux, IFNAMSIZ less its end).</summary>
    public const int InterfaceBytesMax = 15;

    /// <summary>Empty when nothing could be built; the errors say why.</summary>
    public static IReadOnlyList<UplinkOptions> Build(IReadOnlyList<StationFile.UplinkPart?>? parts, List<FieldError> errors)
    {
        if (parts is null or [] or [null])
        {
            errors.Add(new FieldError("uplinks", "missing: name one broker"));
            return [];
        }

        if (parts.Count > GatewayOptions.UplinksMax)
        {
            errors.Add(new FieldError("uplinks", $"at most {GatewayOptions.UplinksMax} uplinks, {parts.Count} are named"));
            return [];
        }

        var built = new List<UplinkOptions>();
        for (var i = 0; i < parts.Count; i++)
            if (One(parts[i] ?? new StationFile.UplinkPart(), $"uplinks[{i}]", isOnly: parts.Count == 1, errors) is { } uplink)
                built.Add(uplink);
        if (built is [var first, var second])
        {
            if (first.Name == second.Name)
                errors.Add(new FieldError("uplinks[1].name", $"'{second.Name}' is the name of uplinks[0] too"));
            if (first.Interface is not null && first.Interface == second.Interface)
                errors.Add(new FieldError(
                    "uplinks[1].interface", $"'{second.Interface}' is the interface of uplinks[0] too: two ways that break together"));
        }

        return built;
    }

    private static UplinkOptions? One(StationFile.UplinkPart part, string path, bool isOnly, List<FieldError> errors)
    {
        var name = part.Name ?? "lan";
        // The only one's name is in no client id, and a box that was configured before there were two must start.
        if (!isOnly && part.Name is null)
            errors.Add(new FieldError($"{path}.name", "missing: with two uplinks each has a name"));
        else if (!isOnly && !IsName(name))
            errors.Add(new FieldError(
                $"{path}.name", $"'{name}' must be 1 to {NameLengthMax} of a-z, 0-9 and '-', and begin and end with a letter or digit"));
        if (part.Interface is { } device && !IsInterface(device))
            errors.Add(new FieldError($"{path}.interface", $"'{device}' is no name of an interface ('ip link' shows them)"));
        if (!Uri.TryCreate(part.Broker, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("mqtt" or "mqtts") || uri.UserInfo.Length > 0
            // Neither a name nor an address: empty, or longer than a name can be (255 characters), where Uri takes a colon into the host.
            || uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
        {
            errors.Add(new FieldError($"{path}.broker", $"'{part.Broker}' must be mqtt://host:port or mqtts://host:port, without user or password"));
            return null;
        }

        var tls = uri.Scheme == "mqtts";
        if (uri.PathAndQuery is not ("" or "/") || uri.Port == 0)
            errors.Add(new FieldError($"{path}.broker", $"'{part.Broker}' must be mqtt://host:port or mqtts://host:port, and nothing more"));
        Files(part, path, tls, errors);
        return new UplinkOptions
        {
            Name = name,
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port <= 0 ? tls ? 8883 : 1883 : uri.Port,
            Tls = tls,
            CaFile = part.CaFile,
            CertificateFile = part.CertificateFile,
            KeyFile = part.KeyFile,
            Username = part.Username,
            PasswordFile = part.PasswordFile,
            Interface = part.Interface,
            Metered = part.Metered ?? false,
        };
    }

    private static void Files(StationFile.UplinkPart part, string path, bool tls, List<FieldError> errors)
    {
        if (part.PasswordFile is not null && part.Username is null)
            errors.Add(new FieldError($"{path}.username", "passwordFile needs a username"));
        (string Name, string? File)[] files =
        [
            ("caFile", part.CaFile), ("certificateFile", part.CertificateFile), ("keyFile", part.KeyFile), ("passwordFile", part.PasswordFile),
        ];
        foreach (var (name, file) in files)
            if (file is not null && !File.Exists(file))
                errors.Add(new FieldError($"{path}.{name}", $"no file '{file}'"));
        if (part.CertificateFile is null != part.KeyFile is null)
            errors.Add(new FieldError($"{path}.keyFile", "certificateFile and keyFile go together"));
        if (!tls && (part.CaFile ?? part.CertificateFile) is not null)
            errors.Add(new FieldError($"{path}.broker", "certificates need mqtts://"));
    }

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > NameLengthMax || name[0] == '-' || name[^1] == '-')
            return false;
        foreach (var c in name)
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                return false;
        return true;
    }

    private static bool IsInterface(string name) =>
        name.Length > 0 && name is not ("." or "..") && Encoding.UTF8.GetByteCount(name) <= InterfaceBytesMax
        && !name.Any(c => c is '/' or ':' || char.IsWhiteSpace(c) || char.IsControl(c));
}
