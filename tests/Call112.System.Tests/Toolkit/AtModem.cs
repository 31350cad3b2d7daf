using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A modem that speaks AT (3GPP TS 27.007, 27.005) on a socket, for a real ModemManager: registered in its home network, with a store of texts.
/// Invariants: each command has one answer; what it does not know it answers with OK and nothing else, as most questions of ModemManager are whether
/// something can be done at all. Commands and texts may be read from any thread.
/// </summary>
public sealed class AtModem : IDisposable
{
    public const string Imei = "860000000000112", Operator = "TELKOMSEL";

    private const char EndOfText = '\u001a';

    private static readonly Dictionary<string, string> s_answers = new()
    {
        ["AT+CGMI"] = "Call112",
        ["AT+CGMM"] = "AT-112",
        ["AT+CGMR"] = "1.0",
        ["AT+CGSN"] = Imei,
        ["AT+CIMI"] = "510101234567890",
        ["AT+GCAP"] = "+GCAP: +CGSM",
        ["AT+CPIN?"] = "+CPIN: READY",
        ["AT+CFUN?"] = "+CFUN: 1",
        ["AT+CSQ"] = "+CSQ: 21,99",
        ["AT+CMGF=?"] = "+CMGF: (0,1)",
        ["AT+CNMI=?"] = "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",
        ["AT+CPMS=?"] = """+CPMS: ("ME"),("ME"),("ME")""",
        ["AT+CSCS=?"] = """+CSCS: ("GSM","IRA","UCS2")""",
    };

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> _commands = [];
    private readonly SortedDictionary<int, string> _store = [];
    private readonly List<(string To, string Text)> _sent = [];
    private readonly Lock _gate = new();
    private Socket? _line;
    private int _texts;
    private bool _isNetworkNumeric;

    public AtModem()
    {
        // The name in the kernel's own list of sockets, of no file: ModemManager's virtual ports are found there.
        _listener.Bind(new UnixDomainSocketEndPoint($"\0{Port}"));
        _listener.Listen();
        _ = ServeAsync();
    }

    /// <summary>As ModemManager is told of it.</summary>
    public string Port { get; } = $"abstract:call112-{Guid.NewGuid():N}";

    public int TextsStored
    {
        get
        {
            lock (_gate)
                return _store.Count;
        }
    }

    public IReadOnlyList<(string To, string Text)> Sent
    {
        get
        {
            lock (_gate)
                return [.. _sent];
        }
    }

    public int TimesAsked(string command)
    {
        lock (_gate)
            return _commands.Count(asked => asked == command);
    }

    /// <summary>A text arrives: it lies in the store, and the computer is told.</summary>
    public void Deliver(string from, string text)
    {
        lock (_gate)
        {
            var (hex, length) = SmsPdu.Deliver(from, text, Wait.Time.GetUtcNow());
            _store[++_texts] = string.Create(CultureInfo.InvariantCulture, $"{length}\r\n{hex}");
            Write(string.Create(CultureInfo.InvariantCulture, $"\r\n+CMTI: \"ME\",{_texts}\r\n"));
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _line?.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _line = await _listener.AcceptAsync();
                await ReadAsync(_line);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ReadAsync(Socket line)
    {
        var buffer = new byte[1_024];
        var command = new StringBuilder();
        int read;
        while ((read = await line.ReceiveAsync(buffer)) > 0)
            foreach (var character in Encoding.Latin1.GetString(buffer, 0, read))
                if (character is '\r' or EndOfText)
                {
                    Answer(command.ToString().Trim(), isText: character == EndOfText);
                    command.Clear();
                }
                else
                    command.Append(character);
    }

    private void Answer(string command, bool isText)
    {
        lock (_gate)
        {
            if (isText)
            {
                _sent.Add(SmsPdu.Submit(command));
                Write("\r\n+CMGS: 1\r\n\r\nOK\r\n");
                return;
            }

            if (command.Length == 0)
                return;
            _commands.Add(command);
            if (command.StartsWith("AT+CMGS=", StringComparison.Ordinal))
            {
                Write("\r\n> ");
                return;
            }

            var answer = AnswerTo(command);
            Write(answer.Length == 0 ? "\r\nOK\r\n" : $"\r\n{answer}\r\n\r\nOK\r\n");
        }
    }

    private string AnswerTo(string command)
    {
        switch (command)
        {
            case "AT+CREG?" or "AT+CGREG?" or "AT+CEREG?":
                return $"{command[2..^1]}: 2,1,\"1A2B\",\"01020304\",7";
            case "AT+COPS=3,2" or "AT+COPS=3,0":
                _isNetworkNumeric = command[^1] == '2';
                return "";
            case "AT+COPS?":
                return $"+COPS: 0,{(_isNetworkNumeric ? "2,\"51010\"" : $"0,\"{Operator}\"")},7";
            case "AT+CMGL=4":
                return string.Join("\r\n", _store.Select(text => string.Create(CultureInfo.InvariantCulture, $"+CMGL: {text.Key},0,,{text.Value}")));
        }

        if (command.StartsWith("AT+CMGR=", StringComparison.Ordinal) && _store.TryGetValue(PlaceIn(command), out var stored))
            return $"+CMGR: 0,,{stored}";
        if (command.StartsWith("AT+CMGD=", StringComparison.Ordinal))
            _store.Remove(PlaceIn(command));
        return s_answers.GetValueOrDefault(command, "");
    }

    private static int PlaceIn(string command) => int.Parse(command.AsSpan(command.IndexOf('=') + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    private void Write(string text) => _line?.Send(Encoding.Latin1.GetBytes(text));
}
