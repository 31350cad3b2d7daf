using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Call112.Messages.Sms;

/// <summary>A dispatch as it came by SMS, with the number that tells copies from new texts.</summary>
/// <param name="Counter">Grows with every text to a station; at least the Unix time of sending in seconds.</param>
public sealed record SmsDispatch(long Counter, Dispatch Dispatch);

/// <summary>A station's answer by SMS.</summary>
/// <param name="Step"><see cref="ReportEvent.Received"/> or <see cref="ReportEvent.Acknowledged"/>.</param>
/// <param name="ElapsedSeconds">Since the box received the dispatch, monotonic clock; 0 to <see cref="SmsText.ElapsedMax"/>.</param>
public sealed record SmsAnswer(string StationId, Guid DispatchId, ReportEvent Step, int ElapsedSeconds);

/// <summary>
/// The compact text of the last path (decision 0018), at most 160 plain GSM-7 characters:
/// <code>
/// D1 tag counter dispatch-id code ttl[.revision] incident*village*landmark seal      centre to station
/// R1 tag dispatch-id step elapsed seal                                               station to centre
/// </code>
/// <c>code</c> is type (A U C), status (A E T), category (F R M T D S P O), priority (1 … 5), discretion (D or N); <c>ttl</c> is in minutes, rounded
/// up.
/// Whatever is read is first held against its seal; only then is it looked into.
/// </summary>
public static class SmsText
{
    /// <summary>Longest time to live that is carried, minutes (24 h).</summary>
    public const int TtlMinutesMax = 1_440;

    /// <summary>Longest time that an answer can tell, seconds (about 12 days).</summary>
    public const int ElapsedMax = (1 << 20) - 1;

    /// <summary>Highest counter: 35 bits, until the year 3058.</summary>
    public const long CounterMax = (1L << (5 * CounterLength)) - 1;

    private const string DispatchKind = "D1", AnswerKind = "R1";

    private const int CounterLength = 7, IdLength = 26, IdBytes = 16, ElapsedLength = 4;

    /// <summary>Longest village, characters; the landmark takes what is left.</summary>
    private const int VillageMax = 24;

    private const string Malformed = "sms: sealed, but not of the form of version 1";

    private const string Types = "AUC", Statuses = "AET", Categories = "FRMTDSPO";

    /// <summary>Writes a dispatch. What a text has no room for (address, narrative, zones) is left out; a discreet one carries no place at
    /// all.</summary>
    /// <param name="counter">1 to <see cref="CounterMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The counter is outside its limits.</exception>
    public static string Write(Dispatch dispatch, long counter, SmsKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(counter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counter, CounterMax);
        var incident = dispatch.Incident;
        var sentAt = DateTimeOffset.FromUnixTimeSeconds(counter);
        var ttl = (int)Math.Clamp(Math.Ceiling((dispatch.ExpiresAt - sentAt).TotalMinutes), 0, TtlMinutesMax);
        var code = string.Create(CultureInfo.InvariantCulture,
            $"{Letter(Types, (int)dispatch.MessageType)}{Letter(Statuses, (int)dispatch.Status)}{Letter(Categories, (int)(incident?.Category ?? Category.Other))}"
            + $"{Math.Clamp(incident?.Priority ?? Incident.DefaultPriority, Incident.HighestPriority, Incident.LowestPriority)}{(dispatch.IsDiscreet ? 'D' : 'N')}");
        var revision = dispatch.Revision > 0 ? string.Create(CultureInfo.InvariantCulture, $".{Math.Min(dispatch.Revision, Dispatch.RevisionMax)}") : "";
        var head = string.Create(CultureInfo.InvariantCulture,
            $"{DispatchKind} {key.Tag} {Base32.Write(counter, CounterLength)} {IdOf(dispatch.DispatchId)} {code} {ttl}{revision} {incident?.IncidentId}");
        var room = GsmText.MessageMax - head.Length - 1 - SmsKey.SealLength;
        var place = dispatch.IsDiscreet ? null : incident?.Location;
        // The stars of empty fields at the end are not sent.
        var village = GsmText.Plain(place?.Village, Math.Min(VillageMax, room - 1));
        var landmark = GsmText.Plain(place?.Landmark ?? place?.Address, room - 2 - village.Length);
        var text = landmark.Length > 0 ? $"{head}*{village}*{landmark}" : village.Length > 0 ? $"{head}*{village}" : head;
        return $"{text} {key.Seal(DispatchKind, text)}";
    }

    /// <summary>Reads a dispatch, or says why it is refused. Never throws, whatever the text.</summary>
    public static bool TryReadDispatch(string? text, SmsKey key, [NotNullWhen(true)] out SmsDispatch? message, [NotNullWhen(false)] out string? refusal)
    {
        message = null;
        var head = Opened(text, DispatchKind, key, out var reason);
        refusal = reason;
        if (head is null)
            return false;
        var words = head.Split(' ', 7);
        if (words.Length == 7 && words[2].Length == CounterLength && Base32.TryReadNumber(words[2], out var counter) && counter > 0
            && IdOf(words[3]) is { } id && id != Guid.Empty && CodeOf(words[4]) is { } code && Life(words[5]) is { } life
            && DispatchOf(id, code, DateTimeOffset.FromUnixTimeSeconds(counter), life, words[6].Split('*', 3)) is { } dispatch)
        {
            message = new SmsDispatch(counter, dispatch);
            return true;
        }

        refusal = Malformed;
        return false;
    }

    /// <summary>Writes an answer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is neither Received nor Acknowledged.</exception>
    public static string Write(Guid dispatchId, ReportEvent step, TimeSpan elapsed, SmsKey key)
    {
        var letter = step switch
        {
            ReportEvent.Received => 'R',
            ReportEvent.Acknowledged => 'A',
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "no step that is answered by SMS"),
        };
        var seconds = (long)Math.Clamp(elapsed.TotalSeconds, 0, ElapsedMax);
        var text = $"{AnswerKind} {key.Tag} {IdOf(dispatchId)} {letter} {Base32.Write(seconds, ElapsedLength)}";
        return $"{text} {key.Seal(AnswerKind, text)}";
    }

    /// <summary>Reads an answer, or says why it is refused. Never throws, whatever the text.</summary>
    public static bool TryReadAnswer(string? text, SmsKey key, [NotNullWhen(true)] out SmsAnswer? answer, [NotNullWhen(false)] out string? refusal)
    {
        answer = null;
        var head = Opened(text, AnswerKind, key, out var reason);
        refusal = reason;
        if (head is null)
            return false;
        var words = head.Split(' ');
        if (words.Length == 5 && IdOf(words[2]) is { } id && words[3] is "R" or "A" && words[4].Length == ElapsedLength
            && Base32.TryReadNumber(words[4], out var elapsed))
        {
            answer = new SmsAnswer(key.StationId, id, words[3] == "R" ? ReportEvent.Received : ReportEvent.Acknowledged, (int)elapsed);
            return true;
        }

        refusal = Malformed;
        return false;
    }

    /// <summary>True when the text says that it is an answer of this station; no proof.</summary>
    public static bool IsAnswerOf(string? text, SmsKey key) => text is not null && text.StartsWith($"{AnswerKind} {key.Tag} ", StringComparison.Ordinal);

    /// <summary>The text without its seal, once the seal is found true; null with the reason otherwise.</summary>
    private static string? Opened(string? text, string kind, SmsKey key, out string refusal)
    {
        refusal = "";
        var whole = (text ?? "").TrimEnd('\r', '\n', ' ');
        if (whole.Length > GsmText.MessageMax)
            refusal = $"sms: longer than {GsmText.MessageMax} characters";
        else if (!whole.All(c => GsmText.IsPlain(c) || c == '*'))
            refusal = "sms: holds a foreign character";
        else if (!whole.StartsWith($"{kind} ", StringComparison.Ordinal))
            refusal = $"sms: does not begin with {kind}";
        else if (whole.Length < kind.Length + 1 + SmsKey.TagLength + 1 + SmsKey.SealLength || whole[^(SmsKey.SealLength + 1)] != ' ')
            refusal = "sms: truncated, or without its seal";
        else if (whole.AsSpan(kind.Length + 1, SmsKey.TagLength) is var tag && !tag.SequenceEqual(key.Tag))
            refusal = "sms: is for another station";
        else if (whole[..^(SmsKey.SealLength + 1)] is var head && key.IsSealed(kind, head, whole.AsSpan(whole.Length - SmsKey.SealLength)))
            return head;
        else
            refusal = "sms: the seal is false (forged, changed on the way, or another key)";
        return null;
    }

    private static Dispatch? DispatchOf(
        Guid id, (MessageType Type, DispatchStatus Status, Category Category, int Priority, bool Discreet) code, DateTimeOffset sentAt,
        (int Minutes, int Revision) life, string[] rest)
    {
        var incidentId = rest[0];
        var needsIncident = code.Type != MessageType.Cancel;
        if (incidentId.Length > 0 ? !Incident.IsValidId(incidentId) : needsIncident)
            return null;
        var village = rest.Length > 1 && rest[1].Length > 0 ? rest[1] : null;
        var landmark = rest.Length > 2 && rest[2].Length > 0 ? rest[2] : null;
        var location = (village ?? landmark) is null ? null : new Location(Landmark: landmark, Village: village);
        return new Dispatch(
            id, code.Type, code.Status, sentAt, sentAt.AddMinutes(life.Minutes), life.Revision, Discreet: code.Discreet,
            Incident: incidentId.Length == 0 ? null : new Incident(incidentId, code.Category, Priority: code.Priority, Location: location));
    }

    private static (MessageType Type, DispatchStatus Status, Category Category, int Priority, bool Discreet)? CodeOf(string code)
    {
        if (code.Length != 5 || code[4] is not ('D' or 'N') || code[3] is < '1' or > '5')
            return null;
        var (type, status, category) = (
            Types.IndexOf(code[0], StringComparison.Ordinal), Statuses.IndexOf(code[1], StringComparison.Ordinal), Categories.IndexOf(code[2], StringComparison.Ordinal));
        return type < 0 || status < 0 || category < 0 ? null : ((MessageType)type, (DispatchStatus)status, (Category)category, code[3] - '0', code[4] == 'D');
    }

    private static (int Minutes, int Revision)? Life(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var revision = 0;
        if (!Number(dot < 0 ? text : text[..dot], TtlMinutesMax, out var minutes) || (dot >= 0 && !Number(text[(dot + 1)..], Dispatch.RevisionMax, out revision)))
            return null;
        return (minutes, revision);
    }

    private static bool Number(string text, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= max;

    private static char Letter(string letters, int index) => (uint)index < letters.Length ? letters[index] : letters[^1];

    private static string IdOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base32.Write(bytes);
    }

    private static Guid? IdOf(string text) => text.Length == IdLength && Base32.TryRead(text, IdBytes, out var bytes) ? new Guid(bytes, bigEndian: true) : null;
}
