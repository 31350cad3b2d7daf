using Call112.Gateway.Options;

namespace Call112.Gateway.Cellular;

/// <summary>
/// ModemManager through its tool. It alone owns the modem's AT ports: this service never opens a tty (two programs on one AT port break both;
/// hardware.md §1.1). Invariants: every call has a deadline and a limit; what fails is logged once, until that call works again; what mmcli prints is
/// believed only in the forms of <see cref="MmcliJson"/>. Called from one task only.
/// </summary>
internal sealed class Mmcli(CellularOptions options, ITools tools, ILogger log)
{
    /// <summary>Modems and messages of one list that are looked at.</summary>
    private const int ListMax = 32;

    private readonly HashSet<string> _failing = [];

    /// <summary>The modem of the configuration: by its IMEI, or the first that answers. Null when there is none; its path may be another each
    /// time.</summary>
    public async Task<ModemFacts?> FindAsync(CancellationToken cancel)
    {
        if (await AskAsync("list of modems", ["-L", "-J"], MmcliJson.Modems, cancel) is not { } paths)
            return null;
        foreach (var path in paths.Take(ListMax))
            if (await AskAsync("modem", ["-m", path, "-J"], json => MmcliJson.Modem(json, path), cancel) is { } facts
                && (options.Imei is null || facts.Imei == options.Imei))
                return facts;
        return null;
    }

    public Task<SignalFacts?> SignalAsync(string modem, CancellationToken cancel) => AskAsync("signal", ["-m", modem, "--signal-get", "-J"], MmcliJson.Signal, cancel);

    /// <summary>Start-up, after each appearance: signal is measured every 10 s, GNSS runs and its port belongs to gpsd. True when all of it was
    /// taken.</summary>
    public async Task<bool> SetUpAsync(string modem, CancellationToken cancel)
    {
        var signal = await DoAsync("signal set-up", ["-m", modem, "--signal-setup=10"], cancel);
        var gnss = options.Gnss ? await DoAsync("GNSS set-up", ["-m", modem, "--location-enable-gps-unmanaged"], cancel) : null;
        return signal is null && gnss is null;
    }

    /// <returns>Null when it was done, else why not.</returns>
    public async Task<string?> DisableEnableAsync(string modem, CancellationToken cancel) =>
        await DoAsync("disable", ["-m", modem, "--disable"], cancel) is { } failure
            // A modem that cannot be disabled may still be enabled.
            ? await DoAsync("enable", ["-m", modem, "--enable"], cancel) is { } both ? $"{failure}; {both}" : null
            : await DoAsync("enable", ["-m", modem, "--enable"], cancel);

    /// <inheritdoc cref="DisableEnableAsync" path="/returns"/>
    public Task<string?> ResetAsync(string modem, CancellationToken cancel) => DoAsync("reset", ["-m", modem, "--reset"], cancel);

    /// <summary>Texts of the modem's store, oldest first as mmcli lists them; null when it does not tell.</summary>
    public async Task<IReadOnlyList<string>?> ListSmsAsync(string modem, CancellationToken cancel) =>
        await AskAsync("list of texts", ["-m", modem, "--messaging-list-sms", "-J"], MmcliJson.Messages, cancel) is { } paths ? [.. paths.Take(ListMax)] : null;

    public Task<SmsFacts?> ReadSmsAsync(string sms, CancellationToken cancel) => AskAsync("text", ["-s", sms, "-J"], json => MmcliJson.Sms(json, sms), cancel);

    /// <inheritdoc cref="DisableEnableAsync" path="/returns"/>
    public Task<string?> DeleteSmsAsync(string modem, string sms, CancellationToken cancel) => DoAsync("deletion of a text", ["-m", modem, $"--messaging-delete-sms={sms}"], cancel);

    /// <summary>Sends a text and takes it out of the store again.</summary>
    /// <param name="text">Letters, digits and blanks only.</param>
    /// <inheritdoc cref="DisableEnableAsync" path="/returns"/>
    public async Task<string?> SendSmsAsync(string modem, string number, string text, CancellationToken cancel)
    {
        var created = await RunAsync(["-m", modem, $"--messaging-create-sms=text='{text}',number='{number}'"], cancel);
        if (!created.IsWell)
            return created.Failure;
        if (MmcliJson.CreatedSms(created.Output) is not { } sms)
            return "mmcli did not say which text it created";
        var sent = await RunAsync(["-s", sms, "--send"], cancel);
        await DeleteSmsAsync(modem, sms, cancel);
        return sent.IsWell ? null : sent.Failure;
    }

    private Task<ToolResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancel) => tools.RunAsync(options.Mmcli, arguments, options.ToolDeadline, cancel);

    private async Task<T?> AskAsync<T>(string what, IReadOnlyList<string> arguments, Func<string, T?> read, CancellationToken cancel)
        where T : class
    {
        var result = await RunAsync(arguments, cancel);
        var answer = result.IsWell ? read(result.Output) : null;
        Tell(what, answer is not null ? null : result.IsWell ? "its answer cannot be read" : result.Failure);
        return answer;
    }

    private async Task<string?> DoAsync(string what, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var result = await RunAsync(arguments, cancel);
        var failure = result.IsWell ? null : result.Failure;
        Tell(what, failure);
        return failure;
    }

    private void Tell(string what, string? failure)
    {
        if (failure is null)
            _failing.Remove(what);
        else if (_failing.Add(what))
            log.LogWarning(LogEvents.ToolFailed, "{Tool}, {What}: {Failure}. Told once, until it works again.", options.Mmcli, what, failure);
    }
}
