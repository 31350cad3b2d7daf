using System.Text.Json;
using Call112.Gateway.Cellular;
using Call112.Gateway.Options;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>
/// A modem behind a false <c>mmcli</c>, <c>nmcli</c> and reboot command: one script, linked into a folder whose files are its state. The programs are
/// real processes; the tools under test run them as they run the true ones.
/// </summary>
internal sealed class FakeModem : IDisposable
{
    public const string Imei = "867929068986654";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-modem-");

    public FakeModem()
    {
        _folder.CreateSubdirectory("sms");
        _folder.CreateSubdirectory("modems");
        foreach (var name in new[] { "mmcli", "nmcli", "reboot" })
            File.CreateSymbolicLink(PathOf(name), Path.Combine(AppContext.BaseDirectory, "Cellular", "fake-mmcli"));
        Signal("10");
    }

    public ToolRunner Tools { get; } = new(TimeProvider.System);

    public CellularOptions Options => new()
    {
        Mmcli = PathOf("mmcli"),
        Nmcli = PathOf("nmcli"),
        RebootCommand = [PathOf("reboot"), "now"],
        Uplink = "lan",
        Imei = Imei,
    };

    /// <summary>Every call so far: the program and its arguments.</summary>
    public IReadOnlyList<string> Calls => Lines("calls");

    /// <summary>Texts that were sent, as mmcli was told them.</summary>
    public IReadOnlyList<string> Sent => Lines("sent");

    /// <summary>Texts in the modem's store.</summary>
    public int Stored => Directory.GetFiles(PathOf("sms")).Length;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>The modem is at this index, and nowhere else.</summary>
    public void At(int index, string state = "registered", string imei = Imei, string device = "/sys/devices/platform/usb3/3-1")
    {
        foreach (var other in Directory.GetFiles(PathOf("modems")))
            File.Delete(other);
        Add(index, state, imei, device);
    }

    public void Add(int index, string state = "registered", string imei = Imei, string device = "/sys/devices/platform/usb3/3-1") => Put(
        Path.Combine("modems", $"{index}"),
        $$$$$$"""
        {"modem":{"3gpp":{"imei":"{{{{{{imei}}}}}}","operator-name":"TELKOMSEL","operator-code":"51010","registration-state":"home","new-branch":{"x":"--"}},
        "generic":{"state":"{{{{{{state}}}}}}","state-failed-reason":"--","access-technologies":["lte"],"device":"{{{{{{device}}}}}}","model":"EG25-G",
        "signal-quality":{"recent":"yes","value":"75"},"sim":"/org/freedesktop/ModemManager1/SIM/{{{{{{index}}}}}}","unlock-required":"sim-pin2"}}}
        """);

    public void Gone()
    {
        foreach (var modem in Directory.GetFiles(PathOf("modems")))
            File.Delete(modem);
    }

    /// <param name="rate">0: ModemManager measures nothing.</param>
    public void Signal(string rate) =>
        Put("signal", $$$$$$"""{"modem":{"signal":{"5g":{"rsrp":"--"},"lte":{"rsrp":"-104.00","rsrq":"-14.00","snr":"2.00"},"refresh":{"rate":"{{{{{{rate}}}}}}"}}}}""");

    /// <summary>A text arrives.</summary>
    public void Deliver(int index, string text, string number = "+6281100112112", string state = "received") => Put(
        Path.Combine("sms", $"{index}"),
        $$$$$$"""{"sms":{"content":{"data":"--","number":"{{{{{{number}}}}}}","text":{{{{{{JsonSerializer.Serialize(text)}}}}}} },"dbus-path":"x","properties":{"pdu-type":"deliver","state":"{{{{{{state}}}}}}","storage":"me"}}}""");

    /// <summary>A file of the script's state: <c>hang</c>, <c>flood</c>, <c>code</c>, <c>mute</c>.</summary>
    public void Put(string name, string content)
    {
        // Never half a file: the script may look at any time.
        var beside = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(beside, content);
        File.Move(beside, PathOf(name), overwrite: true);
    }

    public void Take(string name) => File.Delete(PathOf(name));

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Lines(string name) => File.Exists(PathOf(name)) ? File.ReadAllLines(PathOf(name)) : [];
}
