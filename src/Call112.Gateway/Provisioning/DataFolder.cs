using System.Globalization;
using Call112.Gateway.Options;
using Call112.Messages;

namespace Call112.Gateway.Provisioning;

/// <summary>What the box holds.</summary>
/// <param name="Content">The station.json in force, byte by byte; null when there is none, or it cannot be read.</param>
/// <param name="Options">What it says; null when it says nothing that a gateway can run with.</param>
/// <param name="Errors">Why; empty when all is well, or there is no file.</param>
internal sealed record InForce(byte[]? Content, GatewayOptions? Options, IReadOnlyList<FieldError> Errors, BoundIdentity? Identity)
{
    /// <summary>Whether the data were made on another board than this (F20). Not while either serial is unknown.</summary>
    public bool IsOfAnother(string? serial) => serial is not null && Identity?.BoardSerial is { } bound && bound != serial;
}

/// <summary>
/// The folder on the data partition: station.json in force and identity.json. Written whole or not at all (<see cref="DurableFiles"/>).
/// </summary>
/// <param name="groupFile">Where the group that reads station.json is looked for: group(5).</param>
internal sealed class DataFolder(string folder, DurableFiles files, string groupFile = "/etc/group")
{
    public const string StationFile = "station.json", IdentityFile = "identity.json", Group = "call112";

    private readonly string _identityPath = Path.Combine(Path.GetFullPath(folder), IdentityFile);

    public string StationPath { get; } = Path.Combine(Path.GetFullPath(folder), StationFile);

    /// <summary>Never throws: what cannot be read is named.</summary>
    public InForce Read()
    {
        var identity = BytesOf(_identityPath, out _) is { } bound ? BoundIdentity.Read(bound) : null;
        if (BytesOf(StationPath, out var problem) is not { } content)
            return new InForce(null, null, problem is null ? [] : [new FieldError("", problem)], identity);
        var judged = Judge(content);
        return new InForce(content, judged.Options, judged.Errors, identity);
    }

    /// <summary>Judges a station.json as the gateway will find it here.</summary>
    public OptionsResult Judge(ReadOnlySpan<byte> content) => content.ContainsAnyExcept((byte)0)
        ? OptionsReader.Judge(content, StationPath)
        : new OptionsResult(null, [new FieldError("", "is empty: no byte of it says anything")]);

    /// <summary>Writes both files beside those in force. A disk that has no room shows here, while nothing has changed.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: they cannot be written.</exception>
    public void Prepare(ReadOnlySpan<byte> station, BoundIdentity identity)
    {
        files.Prepare(StationPath, station, ReadingGroup(groupFile));
        files.Prepare(_identityPath, identity.Write(), ReadingGroup(groupFile));
    }

    /// <summary>Puts what was prepared in force.</summary>
    /// <inheritdoc cref="Prepare" path="/exception"/>
    public void Commit()
    {
        files.Commit(StationPath);
        files.Commit(_identityPath);
    }

    /// <summary>Binds the station.json that is in force.</summary>
    /// <inheritdoc cref="Prepare" path="/exception"/>
    public void Bind(BoundIdentity identity)
    {
        files.Prepare(_identityPath, identity.Write(), ReadingGroup(groupFile));
        files.Commit(_identityPath);
    }

    /// <summary>Takes away what a power cut left of a file that was being written: it may hold a key. Quiet where that is not possible.</summary>
    public void Tidy()
    {
        try
        {
            files.Delete(StationPath + DurableFiles.NewSuffix);
            files.Delete(_identityPath + DurableFiles.NewSuffix);
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            // Whoever wants to write says why that is not possible.
        }
    }

    /// <summary>The station's group, or null where there is none, or this process may not hand files to it.</summary>
    internal static uint? ReadingGroup(string groupFile = "/etc/group")
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        try
        {
            foreach (var line in File.ReadLines(groupFile))
                if (line.Split(':') is [Group, _, var id, ..] && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    return number;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            // No groups: the file stays root's.
        }

        return null;
    }

    private static byte[]? BytesOf(string path, out string? problem)
    {
        problem = null;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > OptionsReader.MaxBytes })
                problem = $"larger than {OptionsReader.MaxBytes} bytes";
            else
                return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // There is none.
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            problem = e.Message;
        }

        return null;
    }
}
