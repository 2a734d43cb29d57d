-- A message whose answer was lost twice: nobody knows whether it arrived. See docs/adr/0016.
ALTER TYPE "delivery_state" ADD VALUE 'UNCONFIRMED' AFTER 'SENT';
