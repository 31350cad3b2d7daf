using Call112.Simulation.Net;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.Cellular;

/// <summary>What is wrong with a modem (F15).</summary>
internal enum ModemTrouble
{
    None,

    /// <summary>It has left the bus: ModemManager shows no modem.</summary>
    Vanished,

    /// <summary>ModemManager lists it, and every question about it hangs.</summary>
    Hung,

    /// <summary>It says that it is connected, and nothing goes through; texts still do.</summary>
    Mute,

    /// <summary>It answers and has no network.</summary>
    NoNetwork,
}

/// <summary>A text in the modem's store.</summary>
internal sealed record StoredSms(int Place, string Number, string Text, string State);

/// <summary>
/// The LTE modem of one post: the line that runs over it, the place at which ModemManager shows it, its store of texts. It outlives process and
/// computer. A trouble ends by the rung that cures it, by a harder one, or by itself.
/// Invariant: the line has a network exactly while the modem is there, well and not about to reconnect.
/// </summary>
internal sealed class SimulatedModem(Schedule schedule, Random dice, Line line)
{
    public const string Imei = "867929068986654";
    public const string Device = "/sys/devices/platform/usb3/3-1";

    /// <summary>How long its power key must be held to switch it off, and on (hardware.md §1).</summary>
    private static readonly TimeSpan s_offPulse = TimeSpan.FromSeconds(2.5), s_onPulse = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan s_twoPulses = TimeSpan.FromSeconds(30);

    /// <summary>Texts that a store holds; a full one takes no more until there is room.</summary>
    private const int StoreMax = 10;

    private readonly List<StoredSms> _store = [];
    private ModemRung _cure;
    private bool _isOff, _reconnects, _isOffBus, _isSwitchedOff, _isUnsupplied, _hadNetwork = true, _carriedSms = true, _wasAbsent;
    private int _starts, _connects, _places, _troubles;
    private TimeSpan _absentAt = -TimeSpan.FromHours(1), _keyPressedAt = -TimeSpan.FromHours(1);

    /// <summary>ModemManager's index of it: another one after each start.</summary>
    public int Index { get; private set; }

    public ModemTrouble Trouble { get; private set; }

    /// <summary>Since when the trouble lasts; null without one.</summary>
    public TimeSpan? TroubleSince { get; private set; }

    /// <summary>When ModemManager could last not speak with it; negative for never.</summary>
    public TimeSpan AbsentAt => IsAbsent ? schedule.Now : _absentAt;

    /// <summary>ModemManager shows it.</summary>
    public bool IsThere => Trouble != ModemTrouble.Vanished && !_isOff && !_isOffBus && !_isSwitchedOff && !_isUnsupplied;

    /// <summary>When ModemManager could last begin to speak with it.</summary>
    public TimeSpan SeenFrom { get; private set; }

    /// <summary>Texts come and go: also while its data path is dead.</summary>
    public bool CarriesSms => IsThere && Trouble is ModemTrouble.None or ModemTrouble.Mute;

    /// <summary>Since when texts come and go, or do not.</summary>
    public TimeSpan SmsChangedAt { get; private set; }

    public IReadOnlyList<StoredSms> Store => _store;

    /// <summary>A means of the recovery ladder was used on it.</summary>
    public event Action<ModemRung>? Used;

    /// <summary>Its interface is up again.</summary>
    public event Action? CameUp;

    /// <summary>Something goes wrong, until a rung cures it.</summary>
    /// <returns>What ends it from outside: a technician, the operator.</returns>
    public Action Fail(ModemTrouble trouble, ModemRung cure)
    {
        // The same again begins nothing anew: the station counts from the first moment (seed 7126).
        TroubleSince = trouble == Trouble ? TroubleSince : schedule.Now;
        (Trouble, _cure) = (trouble, cure);
        var number = ++_troubles;
        Update();
        return () =>
        {
            if (number == _troubles)
                End();
        };
    }

    /// <summary>It leaves the bus for a while and is back under another index, as after a reset of its own.</summary>
    public void Renumber() => StartAnew();

    public void Repair()
    {
        (_isOffBus, _isSwitchedOff, _isUnsupplied) = (false, false, false);
        End();
    }

    /// <summary>A rung that is one word: it is used, and done.</summary>
    public void Take(ModemRung rung)
    {
        Used?.Invoke(rung);
        Done(rung);
    }

    public void SetOnBus(bool isOn)
    {
        if (isOn == !_isOffBus)
            return;
        _isOffBus = !isOn;
        if (isOn)
            Done(ModemRung.UsbReenumeration);
        else
            Used?.Invoke(ModemRung.UsbReenumeration);
        Update();
    }

    /// <summary>The power key goes down, or up: what that does depends on for how long it was held.</summary>
    public void SetPowerKey(bool isDown)
    {
        var held = schedule.Now - _keyPressedAt;
        if (isDown)
        {
            // One rung are two pulses.
            if (held > s_twoPulses)
                Used?.Invoke(ModemRung.PowerKey);
            _keyPressedAt = schedule.Now;
        }
        else if (!_isSwitchedOff && held >= s_offPulse)
            _isSwitchedOff = true;
        else if (_isSwitchedOff && held >= s_onPulse)
        {
            _isSwitchedOff = false;
            Done(ModemRung.PowerKey);
        }

        Update();
    }

    public void SetSupply(bool isOn)
    {
        if (isOn == !_isUnsupplied)
            return;
        _isUnsupplied = !isOn;
        if (isOn)
            Done(ModemRung.SupplyCut);
        else
            Used?.Invoke(ModemRung.SupplyCut);
        Update();
    }

    /// <summary>A text arrives; false while it cannot, and the operator keeps it.</summary>
    public bool Deliver(string number, string text)
    {
        if (!CarriesSms || _store.Count >= StoreMax)
            return false;
        _store.Add(new StoredSms(_places++, number, text, "received"));
        return true;
    }

    /// <summary>Puts a text of the station's own into the store.</summary>
    public StoredSms Create(string number, string text)
    {
        var sms = new StoredSms(_places++, number, text, "unknown");
        _store.Add(sms);
        return sms;
    }

    public StoredSms? Find(int place) => _store.Find(sms => sms.Place == place);

    public bool Delete(int place) => _store.RemoveAll(sms => sms.Place == place) > 0;

    /// <summary>What a rung does to it once it is done; whether it helps is the trouble's business.</summary>
    private void Done(ModemRung rung)
    {
        if (Trouble != ModemTrouble.None && rung >= _cure)
            End();
        if (rung is ModemRung.Reconnect or ModemRung.DisableEnable)
            Reconnect();
        else if (rung != ModemRung.PiReboot)
            StartAnew();
    }

    private bool IsAbsent => !IsThere || Trouble == ModemTrouble.Hung;

    private void End()
    {
        _troubles++;
        (Trouble, TroubleSince) = (ModemTrouble.None, null);
        Update();
    }

    private void Reconnect()
    {
        var number = ++_connects;
        _reconnects = true;
        Update();
        schedule.After(TimeSpan.FromSeconds(1 + 4 * dice.NextDouble()), () =>
        {
            if (number != _connects)
                return;
            _reconnects = false;
            Update();
        });
    }

    private void StartAnew()
    {
        var number = ++_starts;
        _isOff = true;
        Update();
        schedule.After(TimeSpan.FromSeconds(8 + 17 * dice.NextDouble()), () =>
        {
            if (number != _starts)
                return;
            _isOff = false;
            Index++;
            // Places in the store are given anew.
            for (var i = 0; i < _store.Count; i++)
                _store[i] = _store[i] with { Place = _places++ };
            Update();
        });
    }

    private void Update()
    {
        var carried = CarriesSms;
        if (IsAbsent || _wasAbsent)
            _absentAt = schedule.Now;
        if (_wasAbsent && !IsAbsent)
            SeenFrom = schedule.Now;
        _wasAbsent = IsAbsent;
        if (carried != _carriedSms)
            (_carriedSms, SmsChangedAt) = (carried, schedule.Now);
        var hasNetwork = IsThere && Trouble == ModemTrouble.None && !_reconnects;
        if (hasNetwork == _hadNetwork)
            return;
        _hadNetwork = hasNetwork;
        line.SetNetwork(hasNetwork);
        if (hasNetwork)
            CameUp?.Invoke();
    }
}
