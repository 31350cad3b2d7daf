namespace Call112.Gateway.Board.Acceptance;

/// <summary>What technicians call a function, and what they do to an input.</summary>
internal static class FieldNames
{
    public static string Of(string function) => function switch
    {
        "siren" => "SIRENE / siren",
        "strobe" => "LAMPU STROBO / strobe",
        "door" => "PINTU / door",
        "lampStatus" => "LAMPU STATUS / status lamp",
        "lampLink" => "LAMPU SAMBUNGAN / link lamp",
        "buzzer" => "BUZER / buzzer",
        "health" => "LAMPU KOTAK MATI (kontak NC) / dead-box lamp (NC contact)",
        "acknowledge" => "TOMBOL TERIMA / acknowledge button",
        "responding" => "TOMBOL BERANGKAT / responding button",
        "panic" => "TOMBOL PANIK / panic button",
        "test" => "KUNCI UJI / test key",
        "tamper" => "SAKELAR PINTU KOTAK / tamper switch",
        "mainsFail" => "LISTRIK PLN PADAM / mains failure",
        "batteryLow" => "BATERAI LEMAH / battery low",
        _ => function,
    };

    public static string DeedOf(string function) => function switch
    {
        "test" => "putar kunci / turn the key",
        "tamper" => "buka pintu kotak, lalu tutup / open the cabinet, then close it",
        "mainsFail" => "cabut listrik PLN, lalu pasang lagi / unplug the mains, then plug them in again",
        "batteryLow" => "lepas kontak baterai lemah, lalu pasang lagi / open the battery-low contact, then close it again",
        _ => "tekan dan tahan sebentar / press and hold for a moment",
    };
}
