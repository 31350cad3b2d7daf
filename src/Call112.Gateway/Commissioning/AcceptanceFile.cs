using Call112.Gateway.Provisioning;
using Call112.Messages;

namespace Call112.Gateway.Commissioning;

/// <summary>What the box's acceptance is worth at this moment.</summary>
/// <param name="Envelope">The bytes that the centre gets; null when there is nothing about this box on this board.</param>
/// <param name="Problem">Why there is none, or why it does not count; null when the box is in service.</param>
/// <param name="IsUnread">The disk refused: the file may be good, and is to be read again.</param>
public sealed record Standing(ServiceState Service, byte[]? Envelope, string? Problem, bool IsUnread = false);

/// <summary>
/// acceptance.json beside the journal: the envelope as the centre gets it, byte by byte. Written whole or not at all, by <c>commission</c>; read by
/// the service.
/// </summary>
internal static class AcceptanceFile
{
    public const string Name = "acceptance.json";

    public static string PathBeside(string journalPath) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(journalPath)) ?? "/", Name);

    /// <summary>On the disk when it returns (F1), and readable by the service, whoever has written it.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: it cannot be written; the former one is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> envelope)
    {
        var files = new DurableFiles();
        files.Prepare(path, envelope, DataFolder.ReadingGroup());
        files.Commit(path);
    }

    /// <summary>Judges the file. Never throws: whatever is wrong with it (F2) leaves the box where it was before anybody accepted it.</summary>
    /// <param name="boardSerial">Of the board that it runs on; null when that tells none.</param>
    public static Standing Read(string path, string stationId, string? boardSerial)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return Nothing("nobody has accepted this box yet");
            if (file.Length > MessageReader.MaxBytes)
                return Nothing($"larger than {MessageReader.MaxBytes} bytes");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return Nothing(e.Message) with { IsUnread = true };
        }

        var envelope = MessageReader.ReadAcceptance(bytes);
        if (envelope.Value is null)
            return Nothing(envelope.Reason);
        var opened = AcceptanceSeal.Open(envelope.Value);
        if (opened.Value is not { Record: var record } found)
            return Nothing(opened.Reason);
        using var signer = found.Signer;
        if (found.Seal == SealState.Broken)
            return Nothing(found.Problem!);
        if (record.StationId != stationId)
            return Nothing($"it is of the station {record.StationId}");
        if (record.BoardSerial != boardSerial)
            return Nothing($"it is of the board {record.BoardSerial ?? "without a serial"}, and this is {boardSerial ?? "one without"}");
        return record.Verdict == AcceptanceVerdict.Accepted
            ? new Standing(ServiceState.InService, bytes, null)
            : new Standing(ServiceState.Commissioning, bytes, "the newest acceptance failed");
    }

    private static Standing Nothing(string problem) => new(ServiceState.Commissioning, null, problem);
}
