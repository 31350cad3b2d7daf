namespace Call112.Gateway.IotBindings.Lcd;

/// <summary>Sizes of character display that are sold with a PCF8574 on the back.</summary>
public enum LcdSize
{
    /// <summary>2 rows of 16 characters.</summary>
    Lcd1602,

    /// <summary>4 rows of 20 characters.</summary>
    Lcd2004,
}
